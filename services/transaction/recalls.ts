// Payments that are asked back. Those of this bank go to integration once it has the payment; what comes of them is reported. Those that others ask
// back wait for who was paid; what is in suspense is sent back at once; what nobody answers expires as a step of the end of a day.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { ownCall } from '#chassis/call-context.ts';
import { nextTryKey } from '#chassis/claims.ts';
import { type CommandTx, claimKey } from '#chassis/command.ts';
import type { DayStep } from '#chassis/day-steps.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import { toMoney } from '#chassis/money.ts';
import { type ReceivedRecallSchema, ReceivedRecallState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { RecallReceivedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import {
  beginAnswering,
  countExpired,
  endAnswering,
  expireReceivedRecalls,
  markAnswerHandedOver,
  markRecallHandedOver,
  type NewReceivedRecall,
  type ReceivedRecallRow,
  type ReceivedRecallState as StoredState,
} from './recall-tables.ts';
import { returnSteps } from './returning.ts';
import { selectItem } from './suspense-tables.ts';

/** ISO's code of a payment that goes back because it was asked back. */
export const FOLLOWING_RECALL = 'FOCR';

export const RECALL_STATES: Readonly<Record<StoredState, ReceivedRecallState>> = {
  open: ReceivedRecallState.OPEN,
  answering: ReceivedRecallState.OPEN,
  accepted: ReceivedRecallState.ACCEPTED,
  refused: ReceivedRecallState.REFUSED,
  expired: ReceivedRecallState.EXPIRED,
};

/** The message of a recall that came in. */
export function recallMessage(row: ReceivedRecallRow): MessageInitShape<typeof ReceivedRecallSchema> {
  const { id, currency, isoReason, answerReason, expireDate, createTime } = row;
  return {
    receivedRecallId: id,
    state: RECALL_STATES[row.state],
    accountId: row.accountId ?? '',
    transactionId: row.transactionId ?? '',
    suspenseItemId: row.suspenseItemId ?? '',
    amount: toMoney({ currency, minor: BigInt(row.amount) }),
    isoReason,
    answerIsoReason: answerReason,
    expireDate,
    createTime: timestampFromMs(createTime),
  };
}

/** Says that another bank asks back what it has paid to an account. */
export function publishRecalled(
  tx: CommandTx,
  { id, accountId, currency, amount, isoReason, expireDate }: NewReceivedRecall & { readonly accountId: string },
): void {
  const money = toMoney({ currency, minor: BigInt(amount) });
  const event = { receivedRecallId: id, accountId, amount: money, isoReason, expireDate };
  tx.publish(RecallReceivedSchema, event, { id, sequence: 1 });
}

/** Gives the recall of a payment to integration. */
export async function handOverRecall(
  { database, log, outside }: Context,
  { id, isoReason }: { readonly id: string; readonly isoReason: string },
): Promise<void> {
  const asked = { requestId: `${id}/recall`, paymentOrderId: id, isoReason };
  await outside.askBack(asked, ownCall('transaction', log));
  await database.query(markRecallHandedOver(id));
}

/** Gives the answer to a recall that came in to integration; with it goes what was booked out of an account. */
export async function handOverAnswer({ database, log, outside }: Context, recall: ReceivedRecallRow): Promise<void> {
  const { id, externalReference, state, answerReason: isoReason, returnDate } = recall;
  const answer = { requestId: id, externalReference, receivedRecallId: id, accepted: state === 'accepted', isoReason };
  await outside.answerRecall({ ...answer, returnDate: returnDate ?? '' }, ownCall('transaction', log));
  await database.query(markAnswerHandedOver(id));
}

/** Makes a function that sends back what is asked back and still in suspense. What back office did with it before is the answer. */
export function returningRecalled(context: Context): (recall: ReceivedRecallRow) => Promise<void> {
  const { database, log, orders, vault } = context;
  const order = orders.define(returnSteps(context));
  return async ({ id, suspenseItemId }) => {
    const [item] = await database.query(selectItem(suspenseItemId ?? ''));
    // Of what may be from somebody who is sanctioned, two officers decide first.
    if (!item || item.state === 'pending' || item.reason === 'sanctions_match') return;
    // From here on it does not expire: whoever is told so would get their money all the same.
    if ((await database.query(beginAnswering(id))).length === 0) return;
    if (item.state === 'allocated') {
      // It is with a customer since before it was asked back: the bank has decided so.
      await database.query(endAnswering(id, 'refused', 'AGNT'));
      return;
    }
    const planned = { itemId: item.id, isoReason: FOLLOWING_RECALL };
    const call = ownCall('transaction', log);
    const { rpc, owner } = claimKey(TransactionService.method.returnSuspenseItem, call, '');
    const request = create(TransactionService.method.returnSuspenseItem.input, {
      // What back office was at work on when it was tried, is tried again if it came of nothing.
      requestId: await nextTryKey(database, { rpc, owner }, `recall/${id}`),
      suspenseItemId: item.id,
      isoReason: FOLLOWING_RECALL,
    });
    try {
      await order.run(request, call, async () => {
        await vault.ready(item.id);
        return planned;
      });
      await database.query(endAnswering(id, 'accepted'));
    } catch (error) {
      // What nobody knows the outcome of is asked about again.
      if (!(error instanceof Refusal && isDecision(error))) throw error;
      const isBack = item.state === 'returned';
      await database.query(isBack ? endAnswering(id, 'refused', 'ARDT') : endAnswering(id, 'open'));
      if (!isBack) throw error;
    }
  };
}

/** Makes the step of the end of a day by which recalls expire. */
export function expiringRecalls({ database }: Context): DayStep {
  return {
    name: 'expire-recalls',
    position: 75,
    async take(businessDate) {
      await database.query(expireReceivedRecalls(businessDate));
      const [expired] = await database.query(countExpired(businessDate));
      return { doneCount: expired?.count ?? 0, setAsideCount: 0 };
    },
  };
}
