// The steps of a reversal. Reversals of one transaction follow each other: the next is planned when the one before is
// settled, so that how much is left, and whether fees are to be given back, is known.
import type { CommandTx } from '#chassis/command.ts';
import { refuseCall } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import type { OrderSteps } from '#chassis/order.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import { type ReversedLegIntent, reversedLegs } from './domain/legs.ts';
import { refuse } from './domain/refusals.ts';
import { stateAfter, undone } from './domain/reversal.ts';
import type { Booking } from './domain/words.ts';
import { publishReversed } from './events.ts';
import { actorOfJournal } from './journal-messages.ts';
import { transactionMessage } from './messages.ts';
import { newOrder, type OrderIntent, orderFromIntent, orderIntent, recordSettled, settledOf } from './movement.ts';
import {
  insertOrders,
  lockOrder,
  type OrderRow,
  orderFrom,
  reverseOrder,
  selectPendingReversals,
  settleOrders,
} from './tables.ts';
import { insertTillEntry, selectTillOf, settleTillEntries } from './till-tables.ts';
import { bookingDateOf, openTillIn } from './tills.ts';

/** A reversal that was asked for. */
export interface ReversalPlan {
  readonly originalId: string;
  /** Minor units. Undefined: all that is left. */
  readonly amount: bigint | undefined;
  readonly particulars: Buffer | null;
}

/** What is left to do of it, in plain JSON. */
export interface ReversalIntent {
  readonly order: OrderIntent;
  readonly originalId: string;
  readonly legs: readonly ReversedLegIntent[];
  /** The till through which its cash goes back. */
  readonly tillId?: string;
  /** The account of which a cheque is paid no more. */
  readonly unpaidAccountId?: string;
}

type Method = typeof TransactionService.method.reverseTransaction;

/** The steps of a reversal. It is answered when it is settled, so that the original shows it at once. */
export function reversalSteps(context: Context): OrderSteps<Method, ReversalPlan, ReversalIntent, Booking> {
  const { accounts, ledger, vault } = context;
  return {
    method: TransactionService.method.reverseTransaction,
    plan,
    async carryOut({ order, originalId, legs, unpaidAccountId: accountId }, { validateOnly, deadline, call }) {
      const journalId = deriveId('jnl', originalId);
      const asked = { requestId: deriveId('jnl', order.id), journalId, legs, ...actorOfJournal(call) };
      const on = { deadline, trace: call.trace };
      const booking = await ledger.reverse(asked, { ...on, validateOnly });
      // After its money is back: until then it could be paid twice.
      if (accountId && !validateOnly) await accounts.unpay({ transactionId: originalId, accountId }, order.id, on);
      return booking;
    },
    async settle(tx, intent, outcome) {
      const order = orderFromIntent(intent.order);
      const settled = settledOf(order, outcome);
      await tx.execute(settleOrders([settled]));
      if (intent.tillId !== undefined) await tx.execute(settleTillEntries(settled.journalId, bookingDateOf(outcome)));
      recordSettled(tx, settled);
      if (!('refusal' in outcome)) await settleOriginal(tx, intent.originalId, settled, outcome.value);
      return { transaction: await transactionMessage(vault, settled) };
    },
  };
}

/** Decides under the original's lock. The row is written at once, so that the next plan of this batch sees it. */
async function plan(tx: CommandTx, { originalId, amount: asked, particulars }: ReversalPlan) {
  const original = await lock(tx, originalId);
  const underWay = await tx.query(selectPendingReversals(originalId));
  if (original.state === 'pending' || underWay.length > 0) throw refuseCall('OUTCOME_PENDING');
  const { amount, whole } = undone(original, asked);
  const { partyId, currency, debtorAccountId, creditorAccountId } = original;
  const order = newOrder({
    type: 'reversal',
    debtorAccountId: creditorAccountId,
    creditorAccountId: debtorAccountId,
    partyId,
    currency,
    amount,
    reversedId: originalId,
    particulars,
  });
  // Cash goes back the way it came: of a deposit out of the till, of what was paid out into it.
  const [through] = await tx.query(selectTillOf(originalId));
  const back = through && (BigInt(through.amount) > 0n ? -amount : amount);
  if (through && back !== undefined) await openTillIn(tx, through.tillId, back);
  await tx.execute(insertOrders([order]));
  const unpaid = original.type === 'cheque_payment' && whole && debtorAccountId;
  const intent = {
    order: orderIntent(order),
    originalId,
    legs: reversedLegs(original, amount, whole),
    ...(unpaid && { unpaidAccountId: unpaid }),
  };
  if (!through) return intent;
  const { tillId } = through;
  const entry = { tillId, amount: String(back), journalId: order.journalId, transactionId: order.id };
  await tx.execute(insertTillEntry({ ...entry, kind: 'reversal' }));
  return { ...intent, tillId };
}

async function settleOriginal(tx: CommandTx, id: string, reversal: OrderRow, { knownTime }: Booking): Promise<void> {
  const original = await lock(tx, id);
  const reversedAmount = original.reversedAmount + reversal.amount;
  const reversed = { ...original, reversedAmount, state: stateAfter(original, reversedAmount) };
  const revision = original.revision + 1;
  await tx.execute(reverseOrder(reversed, revision, knownTime));
  publishReversed(tx, reversed, reversal.id, revision);
}

async function lock(tx: CommandTx, id: string) {
  const [raw] = await tx.query(lockOrder(id));
  if (!raw) throw refuse('TRANSACTION_NOT_FOUND');
  return orderFrom(raw);
}
