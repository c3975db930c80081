// Orders that others have to sign. Account says by an event that enough have, or that they never will; the order then goes on here, under
// a key of its own, so that it is booked once whatever is killed: to the ledger, to the review that it would have gone to at once, or it
// is refused. What its maker may not order any more by then is refused as well.
import { create, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { type Call, ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import type { CommandTx } from '#chassis/command.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import { type OrderSteps, outcomeOf } from '#chassis/order.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { askedAgain } from './accounts.ts';
import type { Context } from './context.ts';
import { toldReasons } from './domain/sanctions.ts';
import { type Booking, booked, changed, turnedDown } from './domain/words.ts';
import { publishHeld, publishSigned } from './events.ts';
import { type JournalIntent, journalMessage } from './journal-messages.ts';
import { transactionMessage } from './messages.ts';
import {
  type Movement,
  type MovementIntent,
  movementSteps,
  publishSettled,
  recordSettled,
  resourcesOf,
  settledOf,
} from './movement.ts';
import { insertReviews } from './review-tables.ts';
import { heldFor, withoutFinding } from './reviews.ts';
import { type Attempt, type AttemptIntent, type LeftIntent, planAttempt, settleAttempt } from './schedule-attempts.ts';
import { findAgain } from './screened-orders.ts';
import { type Awaited, markDone, selectDecided } from './signature-tables.ts';
import { lockOrder, type OrderRow, orderFrom, selectOrder, settleOrders } from './tables.ts';
import { settleReservations } from './usage.ts';

type Method = typeof TransactionService.method.transferFunds;

/** An order that account has spoken of: an empty reason lets it go on. */
interface Decided {
  readonly awaited: Awaited;
  readonly reason: string;
}

interface DecidedIntent {
  readonly transactionId: string;
  /** Set when it goes on to the ledger. */
  readonly signed?: { readonly journal: JournalIntent; readonly journalId: string; readonly currency: string };
}

type Intent = (MovementIntent & { readonly scheduled?: AttemptIntent }) | DecidedIntent | LeftIntent;

/** The steps of a transfer, of one that was signed, and of one that was scheduled: all are the same command to everybody else. */
export function transferSteps(
  context: Context,
): OrderSteps<Method, Movement | Decided | Attempt, Intent, Booking | null> {
  const { ledger, vault } = context;
  const method = TransactionService.method.transferFunds;
  const respond = async (order: OrderRow) => ({ transaction: await transactionMessage(vault, order) });
  const steps = movementSteps(context, method, respond);
  return {
    method,
    plan(tx, planned) {
      if ('awaited' in planned) return planDecided(tx, planned);
      return 'schedule' in planned
        ? planAttempt(tx, planned, (order) => steps.plan(tx, order))
        : steps.plan(tx, planned);
    },
    async carryOut(intent, options) {
      if ('order' in intent) return steps.carryOut(intent, options);
      if ('left' in intent || !intent.signed) return null;
      const { validateOnly, deadline, call } = options;
      const { journal, ...order } = intent.signed;
      return ledger.post(journalMessage(order, journal, call), { validateOnly, deadline, trace: call.trace });
    },
    async answer(intent, booking) {
      if ('order' in intent) return (await steps.answer?.(intent, booking)) ?? {};
      if ('left' in intent) return {};
      const [raw] = await context.database.query(selectOrder(intent.transactionId));
      if (!raw) return {};
      const order = orderFrom(raw);
      return respond(booking && order.state === 'pending' ? booked(order, booking) : order);
    },
    async settle(tx, intent, outcome) {
      if ('order' in intent) {
        if (intent.scheduled) await settleAttempt(tx, intent.scheduled, outcome);
        return steps.settle(tx, intent, outcome);
      }
      if ('left' in intent) {
        tx.record({ resourceIds: [intent.left], partyId: intent.partyId });
        return {};
      }
      const order = await lock(tx, intent.transactionId);
      if (!intent.signed) {
        tx.record({ resourceIds: resourcesOf(order), partyId: order.partyId });
        return respond(order);
      }
      const settled = settledOf(order, outcome);
      await tx.execute(settleOrders([settled]));
      await tx.execute(settleReservations([settled]));
      recordSettled(tx, settled);
      return respond(settled);
    },
  };
}

/** Writes what account has said of an order, under the order's lock. */
async function planDecided(tx: CommandTx, { awaited, reason }: Decided): Promise<DecidedIntent> {
  const { transactionId, journal, review } = awaited;
  const order = await lock(tx, transactionId);
  await tx.execute(markDone(transactionId));
  if (reason !== '') {
    const refused = turnedDown(order, reason, Date.now());
    await tx.execute(settleOrders([refused]));
    await tx.execute(settleReservations([refused]));
    publishSettled(tx, refused);
    return { transactionId };
  }
  const signed = changed(order, { state: 'pending', time: Date.now(), reason: '' });
  await tx.execute(settleOrders([signed]));
  publishSigned(tx, signed);
  const isHeld = review?.state === 'open';
  if (review) await tx.execute(insertReviews([{ ...review, transactionId, journal: isHeld ? journal : null }]));
  if (!isHeld) return { transactionId, signed: { journal, journalId: order.journalId, currency: order.currency } };
  const told = toldReasons(review.reasons);
  const held = changed(signed, { state: 'under_review', time: Date.now(), reason: told });
  await tx.execute(settleOrders([held]));
  publishHeld(tx, held, told);
  return { transactionId };
}

async function lock(tx: CommandTx, id: string): Promise<OrderRow> {
  const [raw] = await tx.query(lockOrder(id));
  if (!raw) throw new Error(`the order ${id} is gone`);
  return orderFrom(raw);
}

const AT_ONCE = 100;

/** Makes a function that goes on with the orders that account has spoken of. */
export function goOnSigned(context: Context): () => Promise<void> {
  const { database, log, orders } = context;
  const order = orders.define(transferSteps(context));
  return async () => {
    const decided = await database.query(selectDecided(AT_ONCE));
    const work = decided.map(async ({ decision, ...awaited }) => {
      const requestId = ownKey(`signed/${awaited.transactionId}`);
      const request = create(TransactionService.method.transferFunds.input, { requestId });
      const call = { ...ownCall('transaction', log), principal: fromJson(ActorSchema, awaited.actor as JsonValue) };
      await order.run(request, call, () => prepare(context, awaited, decision, call));
    });
    for (const result of await Promise.allSettled(work)) {
      // What it is refused for is the order's outcome; what it could not be asked for yet is tried again.
      if (result.status === 'rejected' && !(result.reason instanceof Refusal && isDecision(result.reason))) {
        log.warn({ err: result.reason }, 'an order that is signed has to wait');
      }
    }
  };
}

/** Much may have changed while it waited: what cannot be ordered any more is refused. */
async function prepare(context: Context, awaited: Awaited, decision: string, call: Call): Promise<Decided> {
  if (decision !== '') return { awaited, reason: decision };
  const { accounts, clock, config, database } = context;
  const [raw] = await database.query(selectOrder(awaited.transactionId));
  if (!raw) throw new Error(`the order ${awaited.transactionId} is gone`);
  const asked = await outcomeOf(() => accounts.authorise(askedAgain(orderFrom(raw)), call));
  if ('refusal' in asked) return { awaited, reason: asked.refusal.reason };
  const finding = await findAgain(context, orderFrom(raw), call);
  const review = await heldFor(context, withoutFinding(awaited.review), finding, call);
  if (review?.state !== 'open') return { awaited: { ...awaited, review: review ?? null }, reason: '' };
  // Its days begin now.
  const { openDate } = await clock.read();
  const expireDate = openDate.add({ days: config.REVIEW_DAYS }).toString();
  return { awaited: { ...awaited, review: { ...review, expireDate } }, reason: '' };
}
