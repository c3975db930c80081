import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { setOwn } from '../own-limits.ts';

/** Raises a limit of whoever calls, once its cooling-off is over. */
export function raiseLimit({ commands }: Context): Rpcs<typeof TransactionService>['raiseLimit'] {
  return (request, call) =>
    commands.run(TransactionService.method.raiseLimit, request, call, {
      decide: (tx) => setOwn(tx, request, 'raise', call),
    });
}
