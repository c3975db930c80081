import {
  BusinessDayConvention,
  CancelScheduledPaymentResponseSchema,
  GetScheduledPaymentResponseSchema,
  ListScheduledPaymentRunsResponseSchema,
  ListScheduledPaymentsResponseSchema,
  PauseScheduledPaymentResponseSchema,
  ResumeScheduledPaymentResponseSchema,
  type ScheduledPayment,
  type ScheduledPaymentRun,
  ScheduledPaymentRunState,
  ScheduledPaymentState,
  SchedulePaymentResponseSchema,
  UpdateScheduledPaymentResponseSchema,
} from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { creditorNamed, headOf } from './money.ts';

/** What a scheduled payment is to be. */
export interface TermOptions {
  readonly on?: string;
  readonly rule?: string;
  readonly convention?: string;
  readonly calendar?: string;
  readonly until?: string;
  readonly times?: number;
  readonly total?: string;
  readonly retryDays?: number;
  readonly text?: string;
}

interface ScheduleOptions extends WriteOptions, TermOptions {
  readonly on: string;
  readonly currency?: string;
  readonly above?: boolean;
}

interface ChangeOptions extends WriteOptions, TermOptions {
  readonly etag?: string;
  readonly amount?: string;
  readonly above?: string;
}

/** Schedules a transfer: once, or by a rule again and again. */
export async function schedule(
  { bank, out }: Session,
  options: ScheduleOptions,
  from = '',
  to = '',
  amount = '',
): Promise<void> {
  const open = bank();
  const of = (text: string) => amountOn(open, from, text, options.currency);
  const value = await of(amount);
  const { on: startDate, total } = options;
  const answer = await open.client(TransactionService).schedulePayment({
    ...headOf(options),
    ...termsOf(options),
    debtorAccountId: from,
    creditor: creditorNamed(to),
    amount: options.above ? { case: 'balanceAbove', value } : { case: 'fixedAmount', value },
    startDate,
    ...(total && { maximumTotal: await of(total) }),
  });
  await out.message(SchedulePaymentResponseSchema, answer, () => scheduledText(answer.scheduledPayment));
}

/** Changes what one is from its next day on. */
export async function changeScheduled(
  { bank, out }: Session,
  options: ChangeOptions,
  scheduledPaymentId = '',
): Promise<void> {
  const transactions = bank().client(TransactionService);
  const { scheduledPayment } = await transactions.getScheduledPayment({ scheduledPaymentId });
  const inCurrency = (amount: string) => ({
    currencyCode: scheduledPayment?.amount.value?.currencyCode ?? '',
    amount,
  });
  const { amount, above, total, on: startDate, text, etag = '' } = options;
  const { requestId, validateOnly } = headOf(options);
  const answer = await transactions.updateScheduledPayment({
    requestId,
    validateOnly,
    scheduledPaymentId,
    etag,
    ...termsOf(options),
    ...(amount && { amount: { case: 'fixedAmount' as const, value: inCurrency(amount) } }),
    ...(above && { amount: { case: 'balanceAbove' as const, value: inCurrency(above) } }),
    ...(startDate && { startDate }),
    ...(total && { maximumTotal: inCurrency(total) }),
    ...(text && { remittanceInformation: text }),
  });
  await out.message(UpdateScheduledPaymentResponseSchema, answer, () => scheduledText(answer.scheduledPayment));
}

function termsOf({ rule, convention, calendar, until, times, retryDays }: TermOptions) {
  const name = convention?.replaceAll('-', '_').toUpperCase() as keyof typeof BusinessDayConvention | undefined;
  return {
    ...(rule && { recurrenceRule: rule }),
    ...(name && { businessDayConvention: BusinessDayConvention[name] }),
    ...(calendar && { calendarCode: calendar }),
    ...(until && { endDate: until }),
    ...(times !== undefined && { maximumCount: times }),
    ...(retryDays !== undefined && { retryDays }),
  };
}

/** Has nothing of one paid until it is resumed. */
export async function pauseScheduled({ bank, out }: Session, options: WriteOptions, scheduledPaymentId = '') {
  const answer = await bank().client(TransactionService).pauseScheduledPayment(named(options, scheduledPaymentId));
  await out.message(PauseScheduledPaymentResponseSchema, answer, () => scheduledText(answer.scheduledPayment));
}

/** Has one paid again. */
export async function resumeScheduled({ bank, out }: Session, options: WriteOptions, scheduledPaymentId = '') {
  const answer = await bank().client(TransactionService).resumeScheduledPayment(named(options, scheduledPaymentId));
  await out.message(ResumeScheduledPaymentResponseSchema, answer, () => scheduledText(answer.scheduledPayment));
}

/** Ends one. */
export async function cancelScheduled({ bank, out }: Session, options: WriteOptions, scheduledPaymentId = '') {
  const answer = await bank().client(TransactionService).cancelScheduledPayment(named(options, scheduledPaymentId));
  await out.message(CancelScheduledPaymentResponseSchema, answer, () => scheduledText(answer.scheduledPayment));
}

function named(options: WriteOptions, scheduledPaymentId: string) {
  const { requestId, validateOnly } = headOf(options);
  return { requestId, validateOnly, scheduledPaymentId };
}

/** Shows one. */
export async function getScheduled({ bank, out }: Session, _options: object, scheduledPaymentId = ''): Promise<void> {
  const answer = await bank().client(TransactionService).getScheduledPayment({ scheduledPaymentId });
  await out.message(GetScheduledPaymentResponseSchema, answer, () => scheduledText(answer.scheduledPayment));
}

/** Lists those of an account. */
export async function listScheduled(
  { bank, out }: Session,
  { limit, active = false }: ListOptions & { active?: boolean },
  accountId = '',
): Promise<void> {
  const state = active ? ScheduledPaymentState.ACTIVE : ScheduledPaymentState.UNSPECIFIED;
  const request = { accountId, state, pageSize: sizeOf(limit) };
  const answer = await bank().client(TransactionService).listScheduledPayments(request);
  const rows = answer.scheduledPayments.map((one) => [
    one.scheduledPaymentId,
    word(ScheduledPaymentState, one.state),
    amountText(one),
    one.recurrenceRule || 'once',
    one.nextRunDate,
    money(one.paidTotal),
  ]);
  const head = ['scheduled payment', 'state', 'amount', 'rule', 'next', 'paid'];
  await out.message(ListScheduledPaymentsResponseSchema, answer, () => table(head, rows));
}

/** Lists what became of one on its days. */
export async function listRuns({ bank, out }: Session, { limit }: ListOptions, scheduledPaymentId = ''): Promise<void> {
  const request = { scheduledPaymentId, pageSize: sizeOf(limit) };
  const answer = await bank().client(TransactionService).listScheduledPaymentRuns(request);
  const head = ['due', 'tried', 'state', 'amount', 'transaction', 'reason'];
  await out.message(ListScheduledPaymentRunsResponseSchema, answer, () => table(head, answer.runs.map(runRow)));
}

function runRow({ dueDate, runDate, state, amount, transactionId, reason }: ScheduledPaymentRun): string[] {
  return [dueDate, runDate, word(ScheduledPaymentRunState, state), money(amount), transactionId, reason];
}

function sizeOf(limit: number): number {
  return Number.isFinite(limit) ? limit : 1_000;
}

function amountText({ amount }: ScheduledPayment): string {
  return amount.case === 'balanceAbove' ? `all above ${money(amount.value)}` : money(amount.value);
}

function scheduledText(one: ScheduledPayment | undefined): string {
  if (!one) return '';
  const changes = one.changes.map(({ reason, changeTime }) => `${reason} ${time(changeTime)}`);
  return fields([
    ['scheduled payment', one.scheduledPaymentId],
    ['state', word(ScheduledPaymentState, one.state)],
    ['from', one.debtorAccountId],
    ['to', one.creditorAccountId || one.counterparty],
    ['amount', amountText(one)],
    ['rule', one.recurrenceRule || 'once'],
    ['from day', one.startDate],
    ['until', one.endDate],
    ['next due', one.nextDueDate],
    ['next paid', one.nextRunDate],
    ['paid', `${one.paidCount} times, ${money(one.paidTotal)}`],
    ['text', one.remittanceInformation],
    ['etag', one.etag],
    ['life', changes.join(', ')],
  ]);
}
