// On which days a scheduled payment is due, when what is due is paid, and what becomes of it by how that went.
import { adjust, type BusinessDayConvention, type Holidays } from '#rules/calendar.ts';
import { nextDay, readRecurrence } from '#rules/recurrence.ts';
import { refuse } from './refusals.ts';

/** Where a scheduled payment is in its life. */
export type ScheduleState = 'active' | 'paused' | 'completed' | 'failed' | 'cancelled' | 'imported';

type PlainDate = Temporal.PlainDate;

/** What a scheduled payment is to be. Amounts are minor units of its currency, dates YYYY-MM-DD. */
export interface Terms {
  /** How much each time; of a sweep, what stays on the account. */
  readonly amount: bigint;
  readonly sweeps: boolean;
  readonly startDate: string;
  /** Empty: once. */
  readonly recurrenceRule: string;
  readonly businessDayConvention: BusinessDayConvention;
  readonly calendarCode: string;
  readonly endDate: string | null;
  /** 0: without end. */
  readonly maximumCount: number;
  readonly maximumTotal: bigint | null;
  readonly retryDays: number;
}

/** A day that is due, and the business day on which it is paid, or tried again. */
export interface Due {
  readonly dueDate: string;
  readonly runDate: string;
}

/** How far a scheduled payment is. */
export interface Progress {
  readonly state: ScheduleState;
  readonly dueDate: string | null;
  readonly runDate: string | null;
  /** Which try of what is due: 0 is the first. */
  readonly attempt: number;
  readonly paidCount: number;
  readonly paidTotal: bigint;
}

/** The holidays around a day by the calendar of the terms; empty where it is not known for that year. */
export type HolidaysOf = (calendarCode: string, day: PlainDate) => Promise<Holidays | undefined>;

const date = (text: string): PlainDate => Temporal.PlainDate.from(text);

/** Refuses terms that are none: RECURRENCE_RULE_INVALID, SCHEDULE_INVALID, START_DATE_NOT_LATER. */
export function checkTerms(terms: Terms, openDate: PlainDate): void {
  const { recurrenceRule, businessDayConvention, calendarCode, endDate, maximumCount, maximumTotal, startDate } = terms;
  const isOnce = recurrenceRule === '';
  if (isOnce && (endDate !== null || maximumCount > 0 || maximumTotal !== null)) throw refuse('SCHEDULE_INVALID');
  if ((businessDayConvention === 'UNADJUSTED') !== (calendarCode === '')) throw refuse('SCHEDULE_INVALID');
  if (endDate !== null && endDate < startDate) throw refuse('SCHEDULE_INVALID');
  if (startDate <= openDate.toString()) throw refuse('START_DATE_NOT_LATER');
  if (!dueAfter(terms, openDate)) throw refuse('RECURRENCE_RULE_INVALID');
}

/** The first day after another on which a payment is due by its terms. */
export function dueAfter({ recurrenceRule, startDate, endDate }: Terms, after: PlainDate): PlainDate | undefined {
  const start = date(startDate);
  const isAhead = Temporal.PlainDate.compare(start, after) > 0;
  const rule = recurrenceRule === '' ? undefined : readRecurrence(recurrenceRule);
  if (recurrenceRule !== '' && !rule) return undefined;
  const day = rule ? nextDay(rule, start, after) : isAhead ? start : undefined;
  return day && (endDate === null || day.toString() <= endDate) ? day : undefined;
}

/** What is due next after a day, and when it is paid; null when nothing is. */
export async function nextDue(terms: Terms, after: PlainDate, holidaysOf: HolidaysOf): Promise<Due | null> {
  const day = dueAfter(terms, after);
  return day ? { dueDate: day.toString(), runDate: (await runDateOf(terms, day, holidaysOf)).toString() } : null;
}

/** The business day on which what is due on a day is paid. A day that a calendar does not know stays. */
export async function runDateOf(
  { businessDayConvention, calendarCode }: Pick<Terms, 'businessDayConvention' | 'calendarCode'>,
  day: PlainDate,
  holidaysOf: HolidaysOf,
): Promise<PlainDate> {
  if (calendarCode === '') return day;
  const holidays = await holidaysOf(calendarCode, day);
  return holidays ? adjust(day, businessDayConvention, holidays) : day;
}

/** How much is to be paid: of a sweep what `balance` and the fee leave; never more than is left of the total. 0: nothing. */
export function amountDue(
  { amount, sweeps, maximumTotal }: Terms,
  { paidTotal }: Progress,
  balance: bigint,
  feeOf: (amount: bigint) => bigint,
): bigint {
  const wanted = sweeps ? mostOf(balance - amount, feeOf) : amount;
  const left = maximumTotal === null ? wanted : maximumTotal - paidTotal;
  return wanted < left ? wanted : left;
}

/** The most that can be paid of some money with its fee: fees grow with amounts, and by less than they do. */
function mostOf(money: bigint, feeOf: (amount: bigint) => bigint): bigint {
  let [least, most] = [0n, money > 0n ? money : 0n];
  while (least < most) {
    const middle = (least + most + 1n) / 2n;
    if (middle + feeOf(middle) <= money) least = middle;
    else most = middle - 1n;
  }
  return least;
}

/** What becomes of it once what is due is paid. */
export function afterPaid(terms: Terms, progress: Progress, amount: bigint, next: Due | null): Progress {
  const paidCount = progress.paidCount + 1;
  const paidTotal = progress.paidTotal + amount;
  const { maximumCount, maximumTotal } = terms;
  const isOver = maximumCount > 0 && paidCount >= maximumCount;
  const isAll = maximumTotal !== null && paidTotal >= maximumTotal;
  return { ...onTo(progress, isOver || isAll ? null : next), paidCount, paidTotal };
}

/** What no other day changes. */
const FOR_GOOD: readonly string[] = ['ACCOUNT_CLOSED'];

/**
 * What becomes of it when what is due was refused: tried again on a later day, unless the tries or the time until the next are over; or
 * given up, and with it the whole payment where it was the only day, or no other day can do better.
 */
export function afterRefused(
  terms: Terms,
  { state, dueDate, attempt, paidCount, paidTotal }: Progress,
  reason: string,
  { again, next }: { readonly again: string; readonly next: Due | null },
): Progress & { readonly isGivenUp: boolean } {
  const isForGood = FOR_GOOD.includes(reason);
  const isLast = isForGood || attempt >= terms.retryDays || (next !== null && next.runDate <= again);
  const paid = { paidCount, paidTotal };
  if (!isLast) return { state, dueDate, runDate: again, attempt: attempt + 1, ...paid, isGivenUp: false };
  if (terms.recurrenceRule !== '' && !isForGood) return { ...onTo(paid, next), isGivenUp: true };
  return { ...onTo(paid, null), state: 'failed', isGivenUp: true };
}

/** What becomes of it once it is done with what is due: what is due next, if anything is. */
export function onTo({ paidCount, paidTotal }: Pick<Progress, 'paidCount' | 'paidTotal'>, next: Due | null): Progress {
  const { dueDate = null, runDate = null } = next ?? {};
  return { state: next ? 'active' : 'completed', dueDate, runDate, attempt: 0, paidCount, paidTotal };
}
