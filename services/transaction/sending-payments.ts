// What becomes of payments behind the answers: those whose day has come are executed, those that are booked go to integration, and the
// money of those that the scheme rejects, or the other bank returns, is put back. Every step can be done again, by whichever process
// comes to it: each has a key that follows from the payment.
import { create } from '@bufbuild/protobuf';
import type { RawBuilder } from 'kysely';
import { type Call, ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import { toMoney } from '#chassis/money.ts';
import { insertOutbox, outboxEvent } from '#chassis/outbox.ts';
import { PaymentOrderFailedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import type { Report } from './domain/payment.ts';
import { ordererOf, prepareExecution } from './paying.ts';
import {
  changePayment,
  failRefused,
  failUnexecuted,
  markHandedOver,
  type PaymentRow,
  selectAccepted,
  selectDue,
  selectReported,
} from './payment-tables.ts';
import { openPayment, paymentSteps, transactionOf } from './payments.ts';
import { selectAnswered, selectRecalledItems, selectToRecall } from './recall-tables.ts';
import { handOverAnswer, handOverRecall, returningRecalled } from './recalls.ts';
import { reversalSteps } from './reversing.ts';
import { bookItem, newItem } from './suspense.ts';
import {
  type ItemRow,
  insertItem,
  markItemHandedOver,
  openItem,
  selectItemOf,
  selectToReturn,
} from './suspense-tables.ts';

import { giveBack } from './usage.ts';

const AT_ONCE = 50;

/** Makes a function that goes on with all payments that wait for this service. */
export function goOnWithPayments(context: Context): () => Promise<void> {
  const { clock, database, log } = context;
  const [execute, putBack] = [executing(context), puttingBack(context)];
  /** A page each time, and from the beginning after the last: those that fail hold up no others, however many they are. */
  function each<Row extends { readonly id: string }>(
    select: (after: string) => RawBuilder<Row> | Promise<RawBuilder<Row>>,
    work: (row: Row) => Promise<void>,
  ): () => Promise<void> {
    let after = '';
    return async () => {
      const rows = await database.query(await select(after));
      after = rows.length < AT_ONCE ? '' : (rows.at(-1)?.id ?? '');
      for (const result of await Promise.allSettled(rows.map(work))) {
        if (result.status === 'rejected') log.warn({ err: result.reason }, 'a payment has to wait');
      }
    };
  }
  const due = async (after: string) => selectDue((await clock.read()).openDate.toString(), after, AT_ONCE);
  const executeDue = each(due, execute);
  const handOverAccepted = each(
    (after) => selectAccepted(after, AT_ONCE),
    (payment) => handOver(context, payment),
  );
  const putBackReported = each((after) => selectReported(after, AT_ONCE), putBack);
  const sendBackReturned = each(
    (after) => selectToReturn(after, AT_ONCE),
    (item) => sendBack(context, item),
  );
  const askBack = each(
    (after) => selectToRecall(after, AT_ONCE),
    (recall) => handOverRecall(context, recall),
  );
  const returnRecalled = each((after) => selectRecalledItems(after, AT_ONCE), returningRecalled(context));
  const answerRecalls = each(
    (after) => selectAnswered(after, AT_ONCE),
    (recall) => handOverAnswer(context, recall),
  );
  return async () => {
    await executeDue();
    await database.query(failRefused());
    await handOverAccepted();
    await askBack();
    await putBackReported();
    await returnRecalled();
    await sendBackReturned();
    await answerRecalls();
  };
}

/** Executes a payment in the name of who ordered it; what may not be ordered any more fails. */
function executing(context: Context): (payment: PaymentRow) => Promise<void> {
  const { log, orders } = context;
  const order = orders.define(paymentSteps(context));
  return async (payment) => {
    const request = create(TransactionService.method.orderPayment.input, {
      requestId: ownKey(`execute/${payment.id}`),
    });
    const call: Call = { ...ownCall('transaction', log), principal: ordererOf(payment) };
    try {
      await order.run(request, call, () => prepareExecution(context, payment, call));
    } catch (error) {
      if (!(error instanceof Refusal && isDecision(error))) throw error;
      // Refused by the ledger, it is its transaction that says why.
      await fail(context, payment, error.reason, call);
    }
  };
}

/** Writes why a payment fails, and tells who holds its account, once. */
async function fail({ database }: Context, payment: PaymentRow, reason: string, call: Call): Promise<void> {
  const { id: paymentOrderId, debtorAccountId, executionDate, currency } = payment;
  const amount = toMoney({ currency, minor: BigInt(payment.amount) });
  const event = { paymentOrderId, debtorAccountId, executionDate, amount, reason };
  await database.transaction(async (tx) => {
    const [failed] = await tx.query(failUnexecuted(paymentOrderId, reason));
    if (!failed) return;
    // The one event of it.
    const aggregate = { id: paymentOrderId, sequence: 1 };
    await tx.query(insertOutbox([outboxEvent(PaymentOrderFailedSchema, event, aggregate, call)]));
  });
}

/** Gives a booked payment to integration, which has it then for good. */
async function handOver({ database, log, outside, vault }: Context, payment: PaymentRow): Promise<void> {
  const opened = await openPayment(vault, payment);
  if (!opened) throw new Error(`what is to be told of ${payment.id} is erased`);
  const { id, currency, executionDate, scheme, endToEndIdentification, partyId } = payment;
  const asked = {
    ...opened,
    requestId: id,
    paymentOrderId: id,
    debtorPartyId: partyId,
    amount: toMoney({ currency, minor: BigInt(payment.amount) }),
    endToEndIdentification,
    executionDate,
    scheme,
  };
  await outside.send(asked, ownCall('transaction', log));
  await database.query(markHandedOver([id]));
}

/** Why money is put back. */
const REASONS: Partial<Record<Report, string>> = {
  failed: 'SCHEME_REJECTED',
  returned: 'SCHEME_RETURNED',
  cancelled: 'RECALLED',
};

/** Puts the money of a payment back on its account; where that takes none, into suspense. */
function puttingBack(context: Context): (payment: PaymentRow) => Promise<void> {
  const { database, log, orders } = context;
  const order = orders.define(reversalSteps(context));
  return async (payment) => {
    const { id, reportState, reportReason: isoReason, reportAmount } = payment;
    if (reportState === null) return;
    const originalId = transactionOf(payment);
    const amount = reportAmount === null ? undefined : BigInt(reportAmount);
    const request = create(TransactionService.method.reverseTransaction.input, {
      requestId: ownKey(`put back/${id}`),
      transactionId: originalId,
    });
    try {
      const call = ownCall('transaction', log);
      await order.run(request, call, async () => ({ originalId, amount, particulars: null }));
    } catch (error) {
      if (!(error instanceof Refusal && isDecision(error))) throw error;
      await suspend(context, payment);
    }
    // What a payment has used up of limits, none that came back whole has.
    if (amount === undefined) await giveBack(database, originalId);
    await database.query(changePayment(id, { state: reportState, reason: REASONS[reportState] ?? '', isoReason }));
  };
}

/** Takes money that came back into suspense, once. */
async function suspend(context: Context, payment: PaymentRow): Promise<void> {
  const { database, log, vault } = context;
  const { id: paymentOrderId, currency, endToEndIdentification, reportAmount } = payment;
  const terms = { currency, amount: reportAmount ?? payment.amount, endToEndIdentification, paymentOrderId };
  const item = { ...terms, reason: 'account_takes_none' as const, externalReference: null };
  await database.query(insertItem(await newItem(vault, item, undefined)));
  const [written] = await database.query(selectItemOf(paymentOrderId));
  if (!written || written.bookingDate !== null) return;
  const { bookingDate } = await bookItem(context, written, { ...ownCall('transaction', log), validateOnly: false });
  await database.query(openItem(written.id, bookingDate));
}

/** Gives an item that is to be sent back to integration. */
async function sendBack({ database, log, outside }: Context, item: ItemRow): Promise<void> {
  const { id, externalReference, isoReason, returnDate } = item;
  const asked = { requestId: id, suspenseItemId: id, externalReference: externalReference ?? '' };
  await outside.sendBack({ ...asked, isoReason, returnDate: returnDate ?? '' }, ownCall('transaction', log));
  await database.query(markItemHandedOver(id));
}
