import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { decideOn } from '../approvals.ts';
import type { Context } from '../context.ts';

/** Approves somebody else's request, which is then executed. */
export function approveRequest(context: Context): Rpcs<typeof SecurityService>['approveRequest'] {
  const method = Contract.method.approveRequest;
  return (request, call) => decideOn(context, { method, request, call, decision: 'approved' });
}
