// What the transaction service publishes. It consumes nothing.
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import {
  TransactionHeldForReviewSchema,
  TransactionPostedSchema,
  TransactionRefusedSchema,
  TransactionReleasedSchema,
  TransactionReversedSchema,
  TransactionsImportedSchema,
} from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import type { Order } from './domain/words.ts';
import { feeMessages, typeMessage } from './messages.ts';

/** Says that an order was booked. */
export function publishPosted(tx: CommandTx, order: Order): void {
  const event = {
    ...common(order),
    fees: feeMessages(order),
    bookingDate: order.bookingDate ?? '',
    valueDate: order.valueDate ?? '',
    journalId: order.journalId,
    holdId: order.holdId ?? '',
  };
  tx.publish(TransactionPostedSchema, event, lastOf(order));
}

/** Says that transactions of another bank were brought in. */
export function publishImported(tx: CommandTx, orders: readonly Order[]): void {
  const transactions = orders.map((order) => {
    const { type: _migration, ...particulars } = common(order);
    return { ...particulars, bookingDate: order.bookingDate ?? '', journalId: order.journalId };
  });
  tx.publish(TransactionsImportedSchema, { transactions }, { id: newId('evt'), sequence: 1 });
}

/** Says that an order was refused. */
export function publishRefused(tx: CommandTx, order: Order, reason: string): void {
  tx.publish(TransactionRefusedSchema, { ...common(order), reason }, lastOf(order));
}

/** Says that an order is held for review. */
export function publishHeld(tx: CommandTx, order: Order, reason: string): void {
  tx.publish(TransactionHeldForReviewSchema, { ...common(order), reason }, lastOf(order));
}

/** Says that an order that was under review goes on to the ledger. */
export function publishReleased(tx: CommandTx, order: Order): void {
  tx.publish(TransactionReleasedSchema, common(order), lastOf(order));
}

/** The event of an order's last change: they are counted together. */
function lastOf({ id, changes }: Order) {
  return { id, sequence: changes.length };
}

/** Says that an order was undone, in whole or in part. `revision` is the order's number of this event. */
export function publishReversed(tx: CommandTx, order: Order, reversalId: string, revision: number): void {
  const event = {
    ...common(order),
    reversalTransactionId: reversalId,
    reversedAmount: toMoney({ currency: order.currency, minor: order.reversedAmount }),
  };
  tx.publish(TransactionReversedSchema, event, { id: order.id, sequence: revision });
}

function common(order: Order) {
  return {
    transactionId: order.id,
    type: typeMessage(order.type),
    debtorAccountId: order.debtorAccountId ?? '',
    creditorAccountId: order.creditorAccountId ?? '',
    amount: toMoney({ currency: order.currency, minor: order.amount }),
  };
}
