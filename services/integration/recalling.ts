// The work with recalls: what other banks answer to ours goes to transaction, and so does what they ask back, which is answered once it says what.
import { isPassingRefusal, Refusal } from '#chassis/errors.ts';
import { continueTrace } from '#chassis/trace.ts';
import type { Context } from './context.ts';
import { recallAnswer } from './domain/recall-messages.ts';
import {
  delayRecall,
  type InboundRecallRow,
  leaseRecalls,
  markAsked,
  markRecallAnswered,
  selectInboundRecall,
  selectUntoldRecalls,
  settleInboundRecall,
  type UntoldRecall,
} from './recall-tables.ts';
import { receive } from './receiving.ts';
import { writeChecked } from './schemas.ts';
import type { SchemePort } from './scheme-port.ts';
import { markTold, selectInbound } from './scheme-tables.ts';

const AT_ONCE = 50;
const LEASE_MS = 30_000;
const CALL_MS = 15_000;
const RETRY_MS = 2_000;

const deadline = () => ({ deadline: Date.now() + CALL_MS, trace: continueTrace(undefined) });

/** Tells transaction what other banks answer to recalls of ours. */
export async function tellRecalls(context: Context): Promise<void> {
  const untold = await context.database.query(selectUntoldRecalls(AT_ONCE));
  await Promise.all(untold.map((recall) => tellOne(context, recall)));
}

async function tellOne({ database, transaction }: Context, recall: UntoldRecall): Promise<void> {
  const { id, originalId: paymentOrderId, state, isoReason } = recall;
  try {
    const report = { requestId: `${id}/${state}`, paymentOrderId, accepted: state === 'settled', isoReason };
    await transaction.reportRecall(report, deadline());
    await database.query(markTold(id, state, null));
  } catch (error) {
    if (!(error instanceof Refusal) || isPassingRefusal(error)) throw error;
    await database.query(markTold(id, state, error.reason));
  }
}

/** Takes in what other banks ask back, and answers what is decided. */
export async function takeInRecalls(context: Context, scheme: SchemePort): Promise<void> {
  const due = await context.database.query(leaseRecalls(AT_ONCE, LEASE_MS));
  for (const result of await Promise.allSettled(due.map((recall) => takeInOne(context, scheme, recall)))) {
    if (result.status === 'rejected') context.log.warn({ err: result.reason }, 'a recall that came in has to wait');
  }
}

async function takeInOne(context: Context, scheme: SchemePort, leased: InboundRecallRow): Promise<void> {
  const { config, database } = context;
  const { id } = leased;
  try {
    if (leased.state === 'received') await ask(context, leased);
    const [recall] = await database.query(selectInboundRecall(id));
    if (!recall || recall.state === 'received') return void (await database.query(delayRecall(id, RETRY_MS)));
    if (recall.state === 'asked') return;
    const making = { time: new Date().toISOString(), bic: config.BANK_BIC };
    const answer = recallAnswer({ ...recall, accepted: recall.state === 'accepted' }, making);
    const taken = await scheme.send({ name: answer.name, id, content: writeChecked(answer, await context.schemas) });
    await database.query(taken ? markRecallAnswered(id) : delayRecall(id, RETRY_MS));
  } catch (error) {
    await database.query(delayRecall(id, RETRY_MS));
    throw error;
  }
}

/** Asks transaction about a payment that came in. What was never here, or is not any more, is answered at once. */
async function ask(context: Context, { id, inboundPaymentId, isoReason }: InboundRecallRow): Promise<void> {
  const { database, transaction } = context;
  const [original] = await database.query(selectInbound(inboundPaymentId));
  if (!original) return void (await database.query(settleInboundRecall(id, 'refused', 'NOOR')));
  if (original.state === 'rejected') return void (await database.query(settleInboundRecall(id, 'refused', 'ARDT')));
  // Not booked yet: it is asked about once it is.
  if (original.state === 'received') return;
  // Where it is, is answered as it was.
  const { transactionId, suspenseItemId } = await receive(context, original);
  const payment =
    transactionId === ''
      ? { case: 'suspenseItemId' as const, value: suspenseItemId }
      : { case: 'transactionId' as const, value: transactionId };
  try {
    await transaction.receiveRecall({ requestId: id, externalReference: id, payment, isoReason }, deadline());
    await database.query(markAsked(id));
  } catch (error) {
    if (!(error instanceof Refusal) || isPassingRefusal(error)) throw error;
    await database.query(settleInboundRecall(id, 'refused', REASONS[error.reason] ?? 'AGNT'));
  }
}

/** Our reasons in ISO's list of what recalls are refused for; where it has none, the bank has decided so. */
const REASONS: Readonly<Record<string, string>> = { TRANSACTION_NOT_REVERSIBLE: 'ARDT' };
