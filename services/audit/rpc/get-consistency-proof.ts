import { consistencyPath } from '#chassis/merkle-log.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { logName } from '../messages.ts';

/** Proves that a log goes on from what it was. */
export function getConsistencyProof({ logs }: Context): Rpcs<typeof AuditService>['getConsistencyProof'] {
  return async ({ log, firstSize, secondSize }) => {
    const name = logName(log);
    const [first, second] = [Number(firstSize), Number(secondSize)];
    if (first > second || second > (await logs.size(name))) throw refuse('LOG_SIZES_INVALID');
    return { path: await logs.of(name, (find) => consistencyPath(first, second, find)) };
  };
}
