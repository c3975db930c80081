import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { setOwn } from '../own-limits.ts';

/** Sets a limit of whoever calls below what it is, at once. */
export function lowerLimit({ commands }: Context): Rpcs<typeof TransactionService>['lowerLimit'] {
  return (request, call) =>
    commands.run(TransactionService.method.lowerLimit, request, call, {
      decide: (tx) => setOwn(tx, request, 'lower', call),
    });
}
