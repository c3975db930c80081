// The work with the scheme: messages are sent until it is known what became of them, what the scheme has for the bank is fetched and kept,
// and what is known goes to transaction. Every step is a row with a time at which it is looked at next, and can be done again.
import { create, fromBinary } from '@bufbuild/protobuf';
import { sha256Hex } from '#chassis/digest.ts';
import { isPassingRefusal, Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import { repeat } from '#chassis/repeat.ts';
import { continueTrace } from '#chassis/trace.ts';
import { PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { ReportPaymentRequestSchema } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { isoReason, plain } from './domain/payments.ts';
import { answerMessage } from './domain/scheme-messages.ts';
import { takeInRecalls, tellRecalls } from './recalling.ts';
import { receive } from './receiving.ts';
import { reconcile } from './reconciling.ts';
import { writeChecked } from './schemas.ts';
import { keepFetched, keepTooLong, OUTBOUND_CONTEXT } from './scheme-keeping.ts';
import type { SchemePort } from './scheme-port.ts';
import {
  delayInbound,
  delayOutbound,
  type InboundRow,
  insertExchange,
  leaseInbound,
  leaseOutbound,
  markAnswered,
  markSent,
  markTold,
  type OutboundRow,
  selectSuspended,
  selectUntold,
  settleInbound,
  type UntoldRow,
} from './scheme-tables.ts';

const LOOK_MS = 300;
const RECONCILE_MS = 1_000;
/** Longer than a message may take. */
const LEASE_MS = 30_000;
const CALL_MS = 15_000;
const FRESH_AT_ONCE = 50;
/** So many that were sent before: how much more a scheme hears that does not answer. */
const REPEATED_AT_ONCE = 10;
const INBOUND_AT_ONCE = 50;
const FETCHED_AT_ONCE = 100;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 300_000;
const RECALL_MAX_MS = 86_400_000;

/** Starts to work with the scheme, where there is one. Answers how to stop. */
export function startExchanging(context: Context): () => Promise<void> {
  const { log, scheme } = context;
  // What is known of payments is told whether there is a scheme or not.
  const stops = [
    repeat(LOOK_MS, () => tell(context), log, 'what is known of payments cannot be told yet'),
    repeat(LOOK_MS, () => tellRecalls(context), log, 'what is known of recalls cannot be told yet'),
    repeat(RECONCILE_MS, () => reconcile(context), log, 'statements of the scheme have to wait'),
  ];
  if (scheme) {
    stops.push(
      repeat(
        LOOK_MS,
        inService(context, () => sendAll(context, scheme)),
        log,
        'messages have to wait',
      ),
      repeat(
        LOOK_MS,
        inService(context, () => fetchAll(context, scheme)),
        log,
        'nothing can be fetched yet',
      ),
      repeat(
        LOOK_MS,
        inService(context, () => takeIn(context, scheme)),
        log,
        'what came in has to wait',
      ),
      repeat(
        LOOK_MS,
        inService(context, () => takeInRecalls(context, scheme)),
        log,
        'recalls that came in have to wait',
      ),
    );
  }
  return async () => {
    for (const stop of stops) await stop();
  };
}

/** Work that rests while the scheme is out of service. */
function inService({ database }: Context, work: () => Promise<void>): () => Promise<void> {
  return async () => {
    const [line] = await database.query(selectSuspended());
    if (!line?.suspended) await work();
  };
}

/** After so many attempts: later and later. */
function after(attempts: number, firstMs: number, mostMs = RETRY_MAX_MS): number {
  return Math.min(firstMs * 2 ** Math.min(attempts - 1, 16), mostMs);
}

async function sendAll(context: Context, scheme: SchemePort): Promise<void> {
  if (scheme.isLeftAlone()) return;
  const due = await context.database.query(leaseOutbound(FRESH_AT_ONCE, REPEATED_AT_ONCE, LEASE_MS));
  await Promise.all(due.map((message) => send(context, scheme, message)));
}

/** Sends a message as it is. One that is taken is sent again later, the same, until it is known what became of it. */
async function send({ config, database, vault }: Context, scheme: SchemePort, message: OutboundRow): Promise<void> {
  const { id, name, attempts } = message;
  const content = await vault.open(fromBinary(SealedSchema, message.content), OUTBOUND_CONTEXT);
  if (!content) throw new Error(`the message ${id} is erased`);
  const taken = await scheme.send({ name, id, content: content.toString() });
  const askMs = config.SCHEME_ASK_SECONDS * 1_000;
  // A recall waits for somebody's answer: nobody is pressed for it.
  const mostMs = name === 'camt.056.001.10' ? RECALL_MAX_MS : RETRY_MAX_MS;
  await database.query(
    taken ? markSent(id, after(attempts, askMs, mostMs)) : delayOutbound(id, after(attempts, RETRY_MS)),
  );
}

async function fetchAll(context: Context, scheme: SchemePort): Promise<void> {
  for (let count = 0; count < FETCHED_AT_ONCE; count += 1) {
    const fetched = await scheme.fetch();
    if (!fetched) return;
    const { content, whole } = fetched;
    const { name, id } = whole ? await keepFetched(context, content) : await keepTooLong(context, content);
    await context.database.query(
      insertExchange({
        outgoing: false,
        messageName: name,
        messageIdentification: id,
        outcome: name === '' ? 'UNREADABLE' : 'FETCHED',
        httpStatus: 200,
        contentDigest: sha256Hex(content).slice(0, 32),
        durationMs: 0,
      }),
    );
    await scheme.acknowledge(fetched.number);
  }
}

const STATES = {
  sent: PaymentOrderState.SENT,
  settled: PaymentOrderState.SETTLED,
  failed: PaymentOrderState.FAILED,
  returned: PaymentOrderState.RETURNED,
  withdrawn: PaymentOrderState.CANCELLED,
} as const;

/** Tells transaction what is known of payments. */
async function tell(context: Context): Promise<void> {
  const untold = await context.database.query(selectUntold(FRESH_AT_ONCE));
  await Promise.all(untold.map((payment) => tellOne(context, payment)));
}

async function tellOne({ database, transaction }: Context, payment: UntoldRow): Promise<void> {
  const { id, state, isoReason: reason, returnedCurrency, returnedAmount } = payment;
  const returned =
    returnedAmount === null
      ? {}
      : { returnedAmount: { currencyCode: returnedCurrency ?? '', amount: plain(returnedAmount) } };
  const report = {
    requestId: `${id}/${state}`,
    paymentOrderId: id,
    state: STATES[state],
    isoReason: reason,
    ...returned,
  };
  try {
    await transaction.reportPayment(create(ReportPaymentRequestSchema, report), deadline());
    await database.query(markTold(id, state, null));
  } catch (error) {
    if (!(error instanceof Refusal) || isPassingRefusal(error)) throw error;
    await database.query(markTold(id, state, error.reason));
  }
}

const deadline = () => ({ deadline: Date.now() + CALL_MS, trace: continueTrace(undefined) });

/** Takes in what came in, and answers it. */
async function takeIn(context: Context, scheme: SchemePort): Promise<void> {
  const due = await context.database.query(leaseInbound(INBOUND_AT_ONCE, LEASE_MS));
  for (const result of await Promise.allSettled(due.map((payment) => takeInOne(context, scheme, payment)))) {
    if (result.status === 'rejected') context.log.warn({ err: result.reason }, 'a payment that came in has to wait');
  }
}

async function takeInOne(context: Context, scheme: SchemePort, payment: InboundRow): Promise<void> {
  const { config, database } = context;
  const { id, attempts } = payment;
  try {
    const booked = await outcomeOf(context, payment);
    await database.query(settleInbound(id, booked));
    const making = { time: new Date().toISOString(), bic: config.BANK_BIC };
    const answer = answerMessage(
      { ...payment, accepted: booked.state === 'accepted', isoReason: booked.isoReason },
      making,
    );
    const taken = await scheme.send({ name: answer.name, id, content: writeChecked(answer, await context.schemas) });
    await database.query(taken ? markAnswered(id) : delayInbound(id, after(attempts, RETRY_MS)));
  } catch (error) {
    await database.query(delayInbound(id, after(attempts, RETRY_MS)));
    throw error;
  }
}

/** What became of a payment that came in: what is known, or else what comes of booking it. */
async function outcomeOf(context: Context, payment: InboundRow): Promise<Booked> {
  const { state, isoReason: reason } = payment;
  return state === 'received' ? book(context, payment) : { state, isoReason: reason, journalId: null };
}

interface Booked {
  readonly state: 'accepted' | 'rejected';
  readonly isoReason: string;
  /** The journal that books it, on an account or into suspense. */
  readonly journalId: string | null;
}

/** Books a payment by transaction, once; what is refused there is rejected. */
async function book(context: Context, payment: InboundRow): Promise<Booked> {
  try {
    const { transactionId, suspenseItemId } = await receive(context, payment);
    return { state: 'accepted', isoReason: '', journalId: deriveId('jnl', transactionId || suspenseItemId) };
  } catch (error) {
    if (!(error instanceof Refusal) || isPassingRefusal(error)) throw error;
    return { state: 'rejected', isoReason: isoReason(error.reason), journalId: null };
  }
}
