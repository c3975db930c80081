// Reviews: an order that looks like fraud is held until compliance releases or refuses it, or its time is over. What a
// decision changes is written when it is planned; a release then goes the way of every order, under the same journal's id,
// so that the ledger books it once.
import { create, fromJson, type JsonValue, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { actorOf, type Call, ownCall } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { Refusal } from '#chassis/errors.ts';
import type { OrderSteps } from '#chassis/order.ts';
import { ReviewDecision, ReviewState as State } from '#gen/bank/transaction/v1/review_pb.ts';
import { DecideReviewRequestSchema, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { askedAgain } from './accounts.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { type Finding, REASON_OF } from './domain/sanctions.ts';
import type { Verdict } from './domain/verdict.ts';
import { type Booking, changed, type ReviewState, turnedDown } from './domain/words.ts';
import { publishReleased } from './events.ts';
import { journalMessage } from './journal-messages.ts';
import { transactionMessage } from './messages.ts';
import { publishSettled, recordSettled, resourcesOf, settledOf } from './movement.ts';
import { type Deciders, endReview, type Held, type NewReview, selectExpired, selectHeld } from './review-tables.ts';
import { lockOrder, type OrderRow, orderFrom, selectOrder, settleOrders } from './tables.ts';
import { settleReservations } from './usage.ts';

export const REVIEW_STATES: Readonly<Record<ReviewState, State>> = {
  open: State.OPEN,
  released: State.RELEASED,
  refused: State.REFUSED,
  expired: State.EXPIRED,
  unscored: State.UNSCORED,
};

/** The review that an order begins with, if any. Throws the refusal of what is not even held. */
export async function reviewOf(
  { clock, config }: Context,
  verdict: Verdict,
  call: Call,
): Promise<NewReview | undefined> {
  if (verdict.kind === 'REFUSE') throw verdict.refusal;
  if (verdict.kind === 'PASS' || verdict.kind === 'PROVE') return undefined;
  const begun = { ...verdict.suspicion, actor: toJson(ActorSchema, actorOf(call)) };
  if (verdict.kind === 'NOTE') return { ...begun, state: 'unscored', expireDate: null };
  const { openDate } = await clock.read();
  return { ...begun, state: 'open', expireDate: openDate.add({ days: config.REVIEW_DAYS }).toString() };
}

/** A review without what the lists said of its order before: they are asked again. */
export function withoutFinding(review: NewReview | null): NewReview | undefined {
  if (!review?.finding) return review ?? undefined;
  const { finding, ...rest } = review;
  const reasons = rest.reasons.filter((reason) => reason !== REASON_OF[finding.screening]);
  return reasons.length > 0 ? { ...rest, reasons } : undefined;
}

/** The review of an order, a party to which may be sanctioned, besides what else it looks like. */
export async function heldFor(
  { clock, config }: Context,
  review: NewReview | undefined,
  finding: Finding | undefined,
  call: Call,
): Promise<NewReview | undefined> {
  if (!finding) return review;
  const { openDate } = await clock.read();
  const { reasons = [], score = 0, policyVersion = 0, actor = toJson(ActorSchema, actorOf(call)) } = review ?? {};
  return {
    reasons: [...reasons, REASON_OF[finding.screening]],
    score,
    policyVersion,
    actor,
    state: 'open',
    expireDate: openDate.add({ days: config.REVIEW_DAYS }).toString(),
    finding,
  };
}

/** How a review is to end. */
export interface Ending {
  readonly transactionId: string;
  readonly state: ReviewState & ('released' | 'refused' | 'expired');
  /** One officer decides what looks like fraud, two decide whether a party is sanctioned; some end by themselves. */
  readonly decidedBy: 'officer' | 'officers' | 'time' | 'screening';
  readonly deciders?: Deciders;
}

interface Intent {
  readonly transactionId: string;
  /** Set when it was released: what is booked, and for whom. */
  readonly released?: Held & { readonly journalId: string; readonly currency: string };
}

type Method = (typeof TransactionService.method)['decideReview' | 'decideSanctionsReview'];

/** The steps of a decision. It is answered when it is settled. */
export function reviewSteps<M extends Method>(
  { ledger, vault }: Context,
  method: M,
): OrderSteps<M, Ending, Intent, Booking | null> {
  const respond = async (order: OrderRow) =>
    // The answers of both have the same fields.
    ({ transaction: await transactionMessage(vault, order) }) as MessageInitShape<M['output']>;
  return {
    method,
    plan,
    async carryOut({ released }, { validateOnly, deadline, call }) {
      if (!released) return null;
      const principal = fromJson(ActorSchema, released.actor as JsonValue);
      const asked = journalMessage(released, released.journal, { ...call, principal });
      return ledger.post(asked, { validateOnly, deadline, trace: call.trace });
    },
    async settle(tx, { transactionId, released }, outcome) {
      const order = await lock(tx, transactionId);
      if (!released) {
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

/** How a review is to end by a decision of officers. */
export function endingBy(
  decidedBy: 'officer' | 'officers',
  { transactionId, decision }: { readonly transactionId: string; readonly decision: ReviewDecision },
  { principal }: Call,
): Ending {
  const { partyId: deciderId = '', approverId = '' } = principal ?? {};
  const state = decision === ReviewDecision.RELEASE ? 'released' : 'refused';
  return { transactionId, state, decidedBy, deciders: { deciderId, approverId } };
}

/**
 * The order that is to be released; undefined where there is nothing to decide. Much may have changed while it was held: what its customer may
 * not order any more is not released.
 */
export async function prepareRelease(
  { accounts, database }: Context,
  transactionId: string,
  call: Call,
): Promise<OrderRow | undefined> {
  const [[raw], [held]] = await Promise.all([
    database.query(selectOrder(transactionId)),
    database.query(selectHeld(transactionId)),
  ]);
  // That there is nothing to decide is for the plan to say, under its lock.
  if (!raw || !held) return undefined;
  const order = orderFrom(raw);
  const maker = { ...call, principal: fromJson(ActorSchema, held.actor as JsonValue) };
  const allowed = await accounts.authorise(askedAgain(order), maker);
  if (allowed.signaturesRequired) throw refuse('SIGNATURES_REQUIRED');
  return order;
}

const NOBODY: Deciders = { deciderId: '', approverId: '' };

/** Decides under the order's lock. The rows are written at once, so that the next plan of this batch sees them. */
async function plan(tx: CommandTx, { transactionId, state, decidedBy, deciders }: Ending): Promise<Intent> {
  const order = await lock(tx, transactionId);
  const [held] = await tx.query(selectHeld(transactionId));
  if (order.state !== 'under_review' || !held) throw refuse('REVIEW_NOT_OPEN');
  if (decidedBy === 'officer' && held.screening !== null) throw refuse('SANCTIONS_REVIEW');
  // Nobody lets through what nobody has screened. It is screened behind the answers as soon as it can be; then they see whom it is like.
  const isUnscreened = held.screening === 'unavailable';
  if (decidedBy === 'officers' && state === 'released' && isUnscreened) throw refuse('SCREENING_UNAVAILABLE');
  // What another process has found in the meantime.
  if (decidedBy === 'screening' && !isUnscreened) throw refuse('REVIEW_NOT_OPEN');
  await tx.execute(endReview(transactionId, state, deciders ?? NOBODY));
  if (state === 'released') {
    const released = changed(order, { state: 'pending', time: Date.now(), reason: '' });
    await tx.execute(settleOrders([released]));
    publishReleased(tx, released);
    return { transactionId, released: { ...held, journalId: order.journalId, currency: order.currency } };
  }
  const refused = turnedDown(order, state === 'expired' ? 'REVIEW_EXPIRED' : 'REVIEW_REFUSED', Date.now());
  await tx.execute(settleOrders([refused]));
  await tx.execute(settleReservations([refused]));
  publishSettled(tx, refused);
  return { transactionId };
}

async function lock(tx: CommandTx, id: string): Promise<OrderRow> {
  const [raw] = await tx.query(lockOrder(id));
  if (!raw) throw refuse('TRANSACTION_NOT_FOUND');
  return orderFrom(raw);
}

const EXPIRE_AT_ONCE = 100;

/** Makes a function that ends the reviews that nobody decided in time, by the bank's date; a decision that comes first stands. */
export function expireReviews(context: Context): () => Promise<void> {
  const { clock, database, log, orders } = context;
  const order = orders.define(reviewSteps(context, TransactionService.method.decideReview));
  return async () => {
    const { openDate } = await clock.read();
    const expired = await database.query(selectExpired(openDate.toString(), EXPIRE_AT_ONCE));
    for (const { id: transactionId } of expired) {
      // The same key from whichever process comes to it.
      const key = { requestId: `expiry/${transactionId}`, transactionId, decision: ReviewDecision.REFUSE };
      const ending: Ending = { transactionId, state: 'expired', decidedBy: 'time' };
      const request = create(DecideReviewRequestSchema, key);
      await order.run(request, ownCall('transaction', log), async () => ending).catch(passRefusal);
    }
  };
}

function passRefusal(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}
