import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { decideOn } from '../approvals.ts';
import type { Context } from '../context.ts';

/** Takes the caller's own request back. */
export function withdrawRequest(context: Context): Rpcs<typeof SecurityService>['withdrawRequest'] {
  const method = Contract.method.withdrawRequest;
  return (request, call) => decideOn(context, { method, request, call, decision: 'withdrawn' });
}
