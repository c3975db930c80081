// Orders that waited are held against the sanctions lists as they are when they go on.
import { create } from '@bufbuild/protobuf';
import { type Call, ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import type { Finding } from './domain/sanctions.ts';
import type { Order } from './domain/words.ts';
import { selectPayments } from './payment-tables.ts';
import { openPayment, paymentOf } from './payments.ts';
import { noteScreened, selectUnscreened, type Unscreened } from './review-tables.ts';
import { type Ending, prepareRelease, reviewSteps } from './reviews.ts';

/** Why an order that waited is held when it goes on, or undefined: only what goes to another bank is screened. */
export async function findAgain(context: Context, order: Order, call: Call): Promise<Finding | undefined> {
  if (order.type !== 'outgoing_transfer') return undefined;
  const [payment] = await context.database.query(selectPayments([paymentOf(order)]));
  const opened = payment && (await openPayment(context.vault, payment));
  const amount = { currency: order.currency, minor: order.amount };
  return opened && context.screening.find({ CREDITOR: opened.creditorName }, amount, call);
}

const AT_ONCE = 50;

/** Makes a function that screens what is held because nobody could: what nobody is like goes on, the rest waits for officers. */
export function screenWaiting(context: Context): () => Promise<void> {
  const { database } = context;
  const screen = screener(context);
  let after = '';
  return async () => {
    const waiting = await database.query(selectUnscreened(after, AT_ONCE));
    for (const one of waiting) {
      // Past what cannot be decided, or fails: it comes round again, and keeps nobody behind it waiting.
      const before = after;
      after = one.id;
      if ((await screen(one)) !== 'unavailable') continue;
      // Who is behind it finds the same.
      after = before;
      return;
    }
    if (waiting.length < AT_ONCE) after = '';
  };
}

function screener(context: Context): (waiting: Unscreened) => Promise<'unavailable' | undefined> {
  const { database, log, orders, screening, vault } = context;
  const order = orders.define(reviewSteps(context, TransactionService.method.decideReview));
  return async ({ id: transactionId, reasons }) => {
    const call = ownCall('transaction', log);
    const [payment] = await database.query(selectPayments([paymentOf({ id: transactionId })]));
    const opened = payment && (await openPayment(vault, payment));
    if (!opened) return undefined;
    const screened = await screening.screen({ CREDITOR: opened.creditorName }, call);
    if (screened === 'unavailable') return screened;
    const rest = reasons.filter((reason) => reason !== 'SCREENING_UNAVAILABLE');
    if (screened.length > 0 || rest.length > 0) {
      await database.query(noteScreened(transactionId, rest, screened));
      return undefined;
    }
    // The same key from whichever process comes to it.
    const request = create(TransactionService.method.decideReview.input, {
      requestId: ownKey(`screened/${transactionId}`),
      transactionId,
    });
    const release = async (): Promise<Ending> => {
      await prepareRelease(context, transactionId, call);
      return { transactionId, state: 'released', decidedBy: 'screening' };
    };
    // What its customer may not order any more stays held, as any review.
    await order.run(request, call, release).catch(async (error: unknown) => {
      if (!(error instanceof Refusal && isDecision(error))) throw error;
      await database.query(noteScreened(transactionId, [error.reason], screened));
    });
    return undefined;
  };
}
