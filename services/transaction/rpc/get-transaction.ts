import { seesWholeBank } from '#chassis/access.ts';
import type { Call } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { asSeenFrom } from '../domain/sight.ts';
import { transactionMessage } from '../messages.ts';
import { readOrder } from '../reading.ts';
import type { OrderRow } from '../tables.ts';

/** Reads a transaction. */
export function getTransaction(context: Context): Rpcs<typeof TransactionService>['getTransaction'] {
  return async ({ transactionId }, call) => {
    const order = await readOrder(context, transactionId, call);
    const shown = order && (await shownTo(context, order, call));
    if (!shown) throw refuse('TRANSACTION_NOT_FOUND');
    return { transaction: await transactionMessage(context.vault, shown) };
  };
}

/** What the caller may see of it: a customer what concerns their accounts, staff everything or what concerns their branch's. */
async function shownTo(context: Context, order: OrderRow, call: Call): Promise<OrderRow | undefined> {
  if (seesWholeBank(call)) return order;
  const accounts = [order.debtorAccountId, order.creditorAccountId].filter((id) => id !== null);
  return asSeenFrom(order, await context.accounts.seen(accounts, call));
}
