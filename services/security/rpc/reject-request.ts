import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { decideOn } from '../approvals.ts';
import type { Context } from '../context.ts';

/** Rejects somebody else's request. */
export function rejectRequest(context: Context): Rpcs<typeof SecurityService>['rejectRequest'] {
  const method = Contract.method.rejectRequest;
  return (request, call) => decideOn(context, { method, request, call, decision: 'rejected' });
}
