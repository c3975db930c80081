import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  type PaymentOrder,
  PaymentOrderState,
  RecallState,
  type SuspenseItem,
  SuspenseItemState,
  SuspenseReason,
} from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { ReviewDecision } from '#gen/bank/transaction/v1/review_pb.ts';
import {
  AllocateSuspenseItemResponseSchema,
  CancelPaymentOrderResponseSchema,
  DecideSuspenseItemResponseSchema,
  GetPaymentOrderResponseSchema,
  ListPaymentOrdersResponseSchema,
  ListSuspenseItemsResponseSchema,
  OrderPaymentResponseSchema,
  RecallPaymentOrderResponseSchema,
  ReturnSuspenseItemResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { matchesText } from './review.ts';
import { transactionText } from './transaction.ts';

interface Particulars extends WriteOptions {
  readonly text?: string;
  readonly on?: string;
  readonly reference?: string;
  readonly currency?: string;
}

const client = ({ bank }: Session) => bank().client(TransactionService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

/** Orders a payment to another bank. */
export async function orderPayment(
  session: Session,
  options: Particulars,
  debtorAccountId = '',
  creditorIban = '',
  creditorName = '',
  amount = '',
): Promise<void> {
  const { text: remittanceInformation = '', on = '', reference = '' } = options;
  const answer = await client(session).orderPayment({
    ...commandOf(options),
    debtorAccountId,
    creditorIban,
    creditorName,
    amount: await amountOn(session.bank(), debtorAccountId, amount, options.currency),
    remittanceInformation,
    requestedExecutionDate: on,
    endToEndIdentification: reference,
  });
  await session.out.message(OrderPaymentResponseSchema, answer, () => paymentText(answer.paymentOrder));
}

/** Shows a payment order. */
export async function showPayment(session: Session, _options: object, paymentOrderId = ''): Promise<void> {
  const answer = await client(session).getPaymentOrder({ paymentOrderId });
  await session.out.message(GetPaymentOrderResponseSchema, answer, () => paymentText(answer.paymentOrder));
}

/** Lists the payment orders of an account. */
export async function listPayments(session: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const paymentOrders: PaymentOrder[] = [];
  const pages = pagesOf((asked) => client(session).listPaymentOrders({ ...asked, accountId }), limit);
  for await (const page of pages) paymentOrders.push(...page.paymentOrders);
  const answer = create(ListPaymentOrdersResponseSchema, { paymentOrders });
  await session.out.message(ListPaymentOrdersResponseSchema, answer, () =>
    table(
      ['payment', 'state', 'amount', 'to', 'on', 'ordered'],
      paymentOrders.map((one) => [
        one.paymentOrderId,
        word(PaymentOrderState, one.state),
        money(one.amount),
        `${one.creditorName}, ${one.creditorIban}`,
        one.executionDate,
        time(one.createTime),
      ]),
      ['amount'],
    ),
  );
}

/** Takes a payment order back. */
export async function cancelPayment(session: Session, options: WriteOptions, paymentOrderId = ''): Promise<void> {
  const answer = await client(session).cancelPaymentOrder({ ...commandOf(options), paymentOrderId });
  await session.out.message(CancelPaymentOrderResponseSchema, answer, () => paymentText(answer.paymentOrder));
}

/** Asks a payment back. */
export async function recallPayment(
  session: Session,
  options: WriteOptions,
  paymentOrderId = '',
  isoReason = '',
): Promise<void> {
  const answer = await client(session).recallPaymentOrder({ ...commandOf(options), paymentOrderId, isoReason });
  await session.out.message(RecallPaymentOrderResponseSchema, answer, () => paymentText(answer.paymentOrder));
}

export async function paymentText(payment: PaymentOrder | undefined): Promise<string> {
  if (!payment) return '';
  const { changes, fees } = payment;
  const life = changes.map((change) => [
    word(PaymentOrderState, change.state),
    time(change.changeTime),
    [change.reason, change.isoReason].filter(Boolean).join(' '),
  ]);
  const known = fields([
    ['payment', payment.paymentOrderId],
    ['state', word(PaymentOrderState, payment.state)],
    ['from', payment.debtorAccountId],
    ['to', `${payment.creditorName}, ${payment.creditorIban}`],
    ['amount', money(payment.amount)],
    ['fees', fees.map(({ amount }) => money(amount)).join(', ')],
    ['scheme', payment.scheme],
    ['executed on', payment.executionDate],
    ['reference', payment.endToEndIdentification],
    ['transaction', payment.transactionId],
    ['asked back', recallText(payment)],
  ]);
  return [known, await table(['state', 'since', 'why'], life)].join('\n\n');
}

function recallText({ recall }: PaymentOrder): string {
  if (!recall) return '';
  return [recall.isoReason, word(RecallState, recall.state), recall.answerIsoReason].filter(Boolean).join(' ');
}

/** Lists money in suspense. */
export async function listSuspense(
  session: Session,
  { limit, state }: ListOptions & { readonly state?: string },
): Promise<void> {
  const states: Readonly<Record<string, SuspenseItemState>> = SuspenseItemState;
  const wanted = states[state?.toUpperCase() ?? ''] ?? SuspenseItemState.UNSPECIFIED;
  const suspenseItems: SuspenseItem[] = [];
  const pages = pagesOf((asked) => client(session).listSuspenseItems({ ...asked, state: wanted }), limit);
  for await (const page of pages) suspenseItems.push(...page.suspenseItems);
  const answer = create(ListSuspenseItemsResponseSchema, { suspenseItems });
  await session.out.message(ListSuspenseItemsResponseSchema, answer, () =>
    table(
      ['item', 'state', 'why', 'amount', 'for', 'from', 'text', 'like', 'came in'],
      suspenseItems.map((one) => [
        one.suspenseItemId,
        word(SuspenseItemState, one.state),
        word(SuspenseReason, one.reason),
        money(one.amount),
        one.creditorIban || one.paymentOrderId,
        one.debtorName,
        one.remittanceInformation,
        matchesText(one.matches),
        one.bookingDate,
      ]),
      ['amount'],
    ),
  );
}

/** Puts an item on an account. */
export async function allocateSuspense(
  session: Session,
  options: WriteOptions,
  suspenseItemId = '',
  accountId = '',
): Promise<void> {
  const answer = await client(session).allocateSuspenseItem({ ...commandOf(options), suspenseItemId, accountId });
  await session.out.message(AllocateSuspenseItemResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Says whether a party to an item is sanctioned. */
export async function decideSuspense(
  session: Session,
  options: WriteOptions,
  suspenseItemId = '',
  decided = '',
): Promise<void> {
  const decision = decided === 'release' ? ReviewDecision.RELEASE : ReviewDecision.REFUSE;
  const answer = await client(session).decideSuspenseItem({ ...commandOf(options), suspenseItemId, decision });
  await session.out.message(DecideSuspenseItemResponseSchema, answer, () => itemText(answer.suspenseItem));
}

/** Sends an item back. */
export async function returnSuspense(
  session: Session,
  options: WriteOptions,
  suspenseItemId = '',
  isoReason = '',
): Promise<void> {
  const answer = await client(session).returnSuspenseItem({ ...commandOf(options), suspenseItemId, isoReason });
  await session.out.message(ReturnSuspenseItemResponseSchema, answer, () => itemText(answer.suspenseItem));
}

function itemText(item: SuspenseItem | undefined): string {
  return fields([
    ['item', item?.suspenseItemId ?? ''],
    ['state', word(SuspenseItemState, item?.state ?? 0)],
    ['why', word(SuspenseReason, item?.reason ?? 0)],
    ['amount', money(item?.amount)],
  ]);
}
