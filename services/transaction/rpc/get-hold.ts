import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { holdMessage, readStanding } from '../holds.ts';

/** Reads a hold. */
export function getHold(context: Context): Rpcs<typeof TransactionService>['getHold'] {
  return async ({ holdId }, call) => {
    const { hold, standing } = await readStanding(context, holdId, call);
    return { hold: await holdMessage(context.vault, hold, standing) };
  };
}
