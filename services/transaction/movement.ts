// Orders that move money and are booked by one journal: the steps that deposits, withdrawals, transfers and migrated
// history share. The path of money: every step is bulk, and the caller is answered as soon as the ledger has booked.
import type { DescMethodUnary, MessageInitShape } from '@bufbuild/protobuf';
import type { CommandTx } from '#chassis/command.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { OrderSteps, Outcome } from '#chassis/order.ts';
import type { OrderToSign } from './accounts.ts';
import { withoutFees } from './charges.ts';
import type { Context } from './context.ts';
import type { Share } from './domain/limits.ts';
import { toldReasons } from './domain/sanctions.ts';
import { type Booking, booked, changed, type Order, turnedDown } from './domain/words.ts';
import { publishAwaits, publishHeld, publishPosted, publishRefused } from './events.ts';
import { type JournalIntent, journalMessage } from './journal-messages.ts';
import { insertConfirmed } from './payee-tables.ts';
import { checkPayable, pay } from './payment-requests.ts';
import { insertPayments, type NewPayment } from './payment-tables.ts';
import { insertReviews, type NewReview } from './review-tables.ts';
import { insertAwaited } from './signature-tables.ts';
import { insertFirstChanges, insertOrders, type OrderRow, settleOrders } from './tables.ts';
import { reserve, settleReservations, takeFree, type Usage } from './usage.ts';

/** The terms of a new order; what it does not name is as it is for every new one. */
export type NewOrder = Pick<Order, 'type' | 'partyId' | 'currency' | 'amount'> &
  Partial<
    Pick<
      Order,
      'journalId' | 'debtorAccountId' | 'creditorAccountId' | 'fees' | 'reversedId' | 'externalReference' | 'holdId'
    >
  > & {
    readonly particulars: Buffer | null;
  };

/** An order that is to be booked: its row, and the journal that books it. */
export interface Movement {
  readonly order: OrderRow;
  readonly journal: JournalIntent;
  /** Absent where the order raised no question. An open one holds it. */
  readonly review?: NewReview | undefined;
  /** Who orders it, where others have to sign it first: a bank.type.v1.Actor as JSON. A review waits for that. */
  readonly awaits?: unknown;
  /** What it uses up of what tiers and limits let orders take. Absent where it is held to nothing. */
  readonly usage?: Usage | undefined;
  /** What whoever orders it had asked about its payee. */
  readonly confirmationId?: string | undefined;
  /** The payment request that it pays. */
  readonly paymentRequestId?: string | undefined;
  /** The payment to another bank that it books. */
  readonly payment?: NewPayment;
  /** The place among the free ones that it takes if one is left: then it costs nothing. */
  readonly free?: Share | undefined;
}

const BLANK = {
  state: 'pending',
  debtorAccountId: null,
  creditorAccountId: null,
  fees: [],
  bookingDate: null,
  valueDate: null,
  reversedId: null,
  reversedAmount: 0n,
  externalReference: null,
  holdId: null,
  changes: [],
} as const;

/** A movement as it stands in the database: without personal data in clear, and without bigint. */
export interface MovementIntent {
  readonly order: OrderIntent;
  readonly journal: JournalIntent;
  /** Set when it is held for review in place of being booked: since when, and why. */
  readonly held?: { readonly time: number; readonly reason: string };
  /** Set when it waits for signatures in place of being booked: since when. */
  readonly awaits?: number;
  /** Set when it uses up some of what tiers and limits let orders take. */
  readonly reserves?: true;
  readonly payment?: NewPayment;
}

/** A new order in plain JSON: what it does not name is as it is for every new one. */
export type OrderIntent = Omit<NewOrder, 'amount' | 'fees' | 'particulars'> & {
  readonly id: string;
  readonly createTime: number;
  readonly amount: string;
  readonly fees?: readonly string[];
  /** The sealed bytes in base64. */
  readonly particulars?: string;
};

/** A new order, pending. The journal that books it is named after it, unless the terms name another. */
export function newOrder(terms: NewOrder, id = newId('txn')): OrderRow {
  return { ...BLANK, id, journalId: deriveId('jnl', id), createTime: Date.now(), ...terms };
}

/** The steps of one kind of movement. `respond` makes the answer of its RPC from the booked order. */
export function movementSteps<M extends DescMethodUnary>(
  { accounts, ledger }: Context,
  method: M,
  respond: (order: OrderRow, intent: MovementIntent) => Promise<MessageInitShape<M['output']>>,
): OrderSteps<M, Movement, MovementIntent, Booking | null> {
  return {
    method,
    async plan(tx, planned) {
      const { usage, free, confirmationId, paymentRequestId } = planned;
      if (paymentRequestId !== undefined) await checkPayable(tx, paymentRequestId);
      if (usage) await reserve(tx, planned.order, usage);
      const isFree = free !== undefined && (await takeFree(tx, planned.order, free));
      const { order, journal, review, awaits: actor, payment } = isFree ? withoutFees(planned) : planned;
      if (paymentRequestId !== undefined) await pay(tx, paymentRequestId, order.id);
      if (confirmationId !== undefined) tx.write(insertConfirmed, { transactionId: order.id, confirmationId });
      const intent = {
        order: orderIntent(order),
        journal,
        ...((usage || isFree) && { reserves: true as const }),
        ...(payment && { payment }),
      };
      if (payment) tx.write(insertPayments, payment);
      if (actor !== undefined) {
        const awaiting = awaitingOrder(order, order.createTime);
        tx.write(insertOrders, awaiting);
        tx.write(insertFirstChanges, awaiting);
        tx.write(insertAwaited, { transactionId: order.id, actor, journal, review: review ?? null });
        publishAwaits(tx, awaiting);
        return { ...intent, awaits: order.createTime };
      }
      if (review?.state !== 'open') {
        tx.write(insertOrders, order);
        if (review) tx.write(insertReviews, { ...review, transactionId: order.id, journal: null });
        return intent;
      }
      const held = { time: order.createTime, reason: toldReasons(review.reasons) };
      hold(tx, heldOrder(order, held), review, journal);
      return { ...intent, held };
    },
    async carryOut({ order, journal, held, awaits }, { validateOnly, deadline, call }) {
      if (held) return null;
      if (awaits !== undefined) {
        await accounts.requestSignatures(toSign(orderFromIntent(order)), {
          validateOnly,
          deadline,
          call,
          trace: call.trace,
        });
        return null;
      }
      const asked = journalMessage(orderFromIntent(order), journal, call);
      return ledger.post(asked, { validateOnly, deadline, trace: call.trace });
    },
    answer: (intent, booking) => {
      const { order, held, awaits } = intent;
      const planned = orderFromIntent(order);
      if (awaits !== undefined) return respond(awaitingOrder(planned, awaits), intent);
      return respond(booking ? booked(planned, booking) : heldOrder(planned, held), intent);
    },
    async settle(tx, intent, outcome) {
      const { order, held, awaits, reserves } = intent;
      if (awaits !== undefined && 'value' in outcome) {
        const waiting = awaitingOrder(orderFromIntent(order), awaits);
        tx.record({ resourceIds: resourcesOf(waiting), partyId: waiting.partyId });
        return respond(waiting, intent);
      }
      if (held) {
        const kept = heldOrder(orderFromIntent(order), held);
        tx.record({ resourceIds: resourcesOf(kept), partyId: kept.partyId });
        return respond(kept, intent);
      }
      const planned = orderFromIntent(order);
      const settled = settledOf(awaits === undefined ? planned : awaitingOrder(planned, awaits), outcome);
      tx.write(settleOrders, settled);
      if (reserves) tx.write(settleReservations, settled);
      recordSettled(tx, settled);
      return respond(settled, intent);
    },
  };
}

function awaitingOrder(order: OrderRow, time: number): OrderRow {
  return changed(order, { state: 'awaiting_signatures', time, reason: '' });
}

function toSign({
  id: transactionId,
  debtorAccountId,
  creditorAccountId,
  currency,
  amount: minor,
}: OrderRow): OrderToSign {
  const amount = toMoney({ currency, minor });
  return { transactionId, debtorAccountId: debtorAccountId ?? '', creditorAccountId: creditorAccountId ?? '', amount };
}

/** Writes an order that is held, with its review, in the commit of its plan: it is never seen as on its way. */
function hold(tx: CommandTx, order: OrderRow, review: NewReview, journal: JournalIntent): void {
  tx.write(insertOrders, order);
  tx.write(insertFirstChanges, order);
  tx.write(insertReviews, { ...review, transactionId: order.id, journal });
  publishHeld(tx, order, toldReasons(review.reasons));
}

function heldOrder(order: OrderRow, held: MovementIntent['held']): OrderRow {
  return changed(order, { state: 'under_review', time: held?.time ?? order.createTime, reason: held?.reason ?? '' });
}

/** Tells the audit and the bank what became of an order. */
export function recordSettled(tx: CommandTx, order: OrderRow): void {
  tx.record({ resourceIds: resourcesOf(order), partyId: order.partyId });
  publishSettled(tx, order);
}

/** An order and the accounts that it names. */
export function resourcesOf({ id, debtorAccountId, creditorAccountId }: Order): string[] {
  return [id, debtorAccountId, creditorAccountId].filter((resource) => resource !== null);
}

/** Tells the bank what became of an order. */
export function publishSettled(tx: CommandTx, order: Order): void {
  const change = order.changes.at(-1);
  if (order.state === 'refused') publishRefused(tx, order, change?.reason ?? '');
  else publishPosted(tx, order);
}

/** What came of the call to the ledger, written on the order. */
export function settledOf(order: OrderRow, outcome: Outcome<Booking | null>): OrderRow {
  if ('refusal' in outcome) return turnedDown(order, outcome.refusal.reason, Date.now());
  if (outcome.value === null) throw new Error(`${order.id} was not booked`);
  return booked(order, outcome.value);
}

/** A new order in plain JSON, for an intent. */
export function orderIntent(order: OrderRow): OrderIntent {
  const { id, journalId, createTime, type, partyId, currency, particulars } = order;
  const { debtorAccountId, creditorAccountId, reversedId, externalReference, holdId } = order;
  return {
    id,
    createTime,
    type,
    partyId,
    currency,
    amount: String(order.amount),
    ...(journalId !== deriveId('jnl', id) && { journalId }),
    ...(debtorAccountId !== null && { debtorAccountId }),
    ...(creditorAccountId !== null && { creditorAccountId }),
    ...(reversedId !== null && { reversedId }),
    ...(externalReference !== null && { externalReference }),
    ...(holdId !== null && { holdId }),
    ...(order.fees.length > 0 && { fees: order.fees.map(String) }),
    ...(particulars !== null && { particulars: particulars.toString('base64') }),
  };
}

/** The order of an intent. */
export function orderFromIntent({ amount, fees = [], particulars, ...intent }: OrderIntent): OrderRow {
  return {
    ...BLANK,
    journalId: deriveId('jnl', intent.id),
    ...intent,
    amount: BigInt(amount),
    fees: fees.map(BigInt),
    particulars: particulars === undefined ? null : Buffer.from(particulars, 'base64'),
  };
}
