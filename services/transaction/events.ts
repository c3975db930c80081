// What the transaction service publishes, and what it does about what account says.
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { insertMerged, moveParty } from '#chassis/merged-parties.ts';
import { toMoney } from '#chassis/money.ts';
import { on, type Subscription } from '#chassis/subscription.ts';
import { SignaturesCompletedSchema, SignaturesEndedSchema } from '#gen/bank/account/v1/account_events_pb.ts';
import { SignatureRequestState } from '#gen/bank/account/v1/signature_pb.ts';
import { CustomerMergedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import {
  PayeeAddedSchema,
  PayeeRemovedSchema,
  TransactionAwaitsSignaturesSchema,
  TransactionHeldForReviewSchema,
  TransactionPostedSchema,
  TransactionRefusedSchema,
  TransactionReleasedSchema,
  TransactionReversedSchema,
  TransactionSignedSchema,
  TransactionsImportedSchema,
} from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import type { Order } from './domain/words.ts';
import { feeMessages, typeMessage } from './messages.ts';
import type { PayeeRow } from './payee-tables.ts';
import { decideAwaited } from './signature-tables.ts';

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

/** Says that an order waits for signatures. */
export function publishAwaits(tx: CommandTx, order: Order): void {
  tx.publish(TransactionAwaitsSignaturesSchema, common(order), lastOf(order));
}

/** Says that enough have signed an order. */
export function publishSigned(tx: CommandTx, order: Order): void {
  tx.publish(TransactionSignedSchema, common(order), lastOf(order));
}

/** Says that an order is held for review. */
export function publishHeld(tx: CommandTx, order: Order, reason: string): void {
  tx.publish(TransactionHeldForReviewSchema, { ...common(order), reason }, lastOf(order));
}

/** Says that an order that was under review goes on to the ledger. */
export function publishReleased(tx: CommandTx, order: Order): void {
  tx.publish(TransactionReleasedSchema, common(order), lastOf(order));
}

/** Says that a customer has noted a payee. */
export function publishPayeeAdded(tx: CommandTx, { id, customerId, nameMatch }: PayeeRow): void {
  const event = { payeeId: id, customerId, nameMatch: NameMatch[nameMatch] };
  tx.publish(PayeeAddedSchema, event, { id, sequence: 1 });
}

/** Says that a payee is none any more. */
export function publishPayeeRemoved(tx: CommandTx, { id, customerId }: PayeeRow): void {
  tx.publish(PayeeRemovedSchema, { payeeId: id, customerId }, { id, sequence: 2 });
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

/** What account says of the signatures that orders wait for; they are gone on with after it (`signed-orders.ts`). */
export function signatures(): Subscription {
  return {
    producer: 'account',
    handlers: [
      on(SignaturesCompletedSchema, async (tx, { transactionId }) => {
        if (transactionId !== '') await tx.execute(decideAwaited(transactionId, ''));
      }),
      on(SignaturesEndedSchema, async (tx, { transactionId, state }) => {
        const reason = ENDINGS[state];
        if (transactionId !== '' && reason) await tx.execute(decideAwaited(transactionId, reason));
      }),
    ],
  };
}

const ENDINGS: Partial<Record<SignatureRequestState, string>> = {
  [SignatureRequestState.REFUSED]: 'SIGNATURES_REFUSED',
  [SignatureRequestState.EXPIRED]: 'SIGNATURES_EXPIRED',
  [SignatureRequestState.WITHDRAWN]: 'SIGNATURES_WITHDRAWN',
  // The account is no more from which it was to be paid.
  [SignatureRequestState.CANCELLED]: 'ACCOUNT_CLOSED',
};

/** What customer tells of customers who were merged: what is still to be ordered, and what is used of limits, is the survivor's. */
export function mergedCustomers(): Subscription {
  return {
    producer: 'customer',
    handlers: [
      on(CustomerMergedSchema, async (tx, { customerId, mergedCustomerId }) => {
        await tx.execute(insertMerged(mergedCustomerId, customerId));
        await tx.execute(moveParty(mergedCustomerId));
      }),
    ],
  };
}
