import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { toMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import {
  type AnswerReceivedRecallRequest,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import type { Booking } from '../domain/words.ts';
import { changeReceivedRecall, lockReceivedRecall, selectReceivedRecall } from '../recall-tables.ts';
import { recallMessage } from '../recalls.ts';
import { type ReversalIntent, type ReversalPlan, reversalSteps } from '../reversing.ts';
import { orderFrom, selectOrder } from '../tables.ts';

interface OfRecall {
  readonly recallId: string;
  readonly accountId: string;
}
interface Planned extends OfRecall {
  /** Absent: nothing is given back. */
  readonly reversal?: ReversalPlan;
}
interface Intent extends OfRecall {
  readonly reversal?: ReversalIntent;
}

/** Answers a recall. It is answered when it is settled, so that it shows it at once. */
export function answerReceivedRecall(context: Context): Rpcs<typeof TransactionService>['answerReceivedRecall'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(
  { accounts, database, vault }: Context,
  { receivedRecallId: recallId, accepted }: AnswerReceivedRecallRequest,
  call: Call,
): Promise<Planned> {
  const [recall] = await database.query(selectReceivedRecall(recallId));
  if (!recall) throw refuse('RECEIVED_RECALL_NOT_FOUND');
  const { transactionId, accountId, currency } = recall;
  if (transactionId === null || accountId === null) throw refuse('RECEIVED_RECALL_IN_SUSPENSE');
  if (!accepted) return { recallId, accountId };
  const minor = BigInt(recall.amount);
  const operation = Operation.OUTGOING_TRANSFER;
  const asked = { operation, debtorAccountId: accountId, amount: toMoney({ currency, minor }) };
  const { signaturesRequired } = await accounts.authorise(asked, call);
  if (signaturesRequired) throw refuse('SIGNATURES_REQUIRED');
  const [raw] = await database.query(selectOrder(transactionId));
  if (!raw) throw refuse('TRANSACTION_NOT_FOUND');
  await vault.ready(orderFrom(raw).partyId);
  // All of it: what was given back otherwise in the meantime is not given back twice.
  return { recallId, accountId, reversal: { originalId: transactionId, amount: minor, particulars: null } };
}

type Method = typeof TransactionService.method.answerReceivedRecall;

function steps(context: Context): OrderSteps<Method, Planned, Intent, Booking | null> {
  const base = reversalSteps(context);
  return {
    method: TransactionService.method.answerReceivedRecall,
    async plan(tx, { reversal, ...recall }) {
      const row = await lock(tx, recall.recallId);
      if (row.state !== 'open') throw refuse('RECEIVED_RECALL_NOT_OPEN');
      if (!reversal) {
        await tx.execute(changeReceivedRecall(recall.recallId, 'refused', { answerReason: 'CUST' }));
        return recall;
      }
      const intent = await base.plan(tx, reversal);
      await tx.execute(changeReceivedRecall(recall.recallId, 'answering'));
      return { ...recall, reversal: intent };
    },
    carryOut: async ({ reversal }, options) => (reversal ? base.carryOut(reversal, options) : null),
    async settle(tx, { recallId, accountId, reversal }, outcome) {
      if (reversal) {
        if ('value' in outcome && outcome.value === null)
          throw new Error(`the money of ${recallId} was not booked out`);
        await base.settle(tx, reversal, outcome as Parameters<typeof base.settle>[2]);
        const returnDate = 'value' in outcome ? (outcome.value?.bookingDate ?? null) : null;
        await tx.execute(changeReceivedRecall(recallId, returnDate === null ? 'open' : 'accepted', { returnDate }));
      } else tx.record({ resourceIds: [recallId, accountId], partyId: '' });
      return { receivedRecall: recallMessage(await lock(tx, recallId)) };
    },
  };
}

async function lock(tx: CommandTx, id: string) {
  const [recall] = await tx.query(lockReceivedRecall(id));
  if (!recall) throw refuse('RECEIVED_RECALL_NOT_FOUND');
  return recall;
}
