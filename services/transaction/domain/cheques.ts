// What is decided about a cheque by what is written on it: whether its day has come and not long passed, when the clearing decides about it, and
// with which code it is sent back.
import { czechHolidays, isBusinessDay } from '#rules/calendar.ts';
import { refuse } from './refusals.ts';
import type { Now } from './schemes.ts';

/** For how long the money of a cheque of another bank is pending at most, whatever the clearing does. */
export const PENDING_DAYS = 365;
/** A cheque is paid for six months from the day that is written on it. */
const STALE_MONTHS = 6;

/** Refuses a cheque before its day, and long after it. */
export function checkChequeDate(date: Temporal.PlainDate, openDate: Temporal.PlainDate): void {
  if (Temporal.PlainDate.compare(date, openDate) > 0) throw refuse('CHEQUE_POST_DATED');
  if (Temporal.PlainDate.compare(date.add({ months: STALE_MONTHS }), openDate) < 0) throw refuse('CHEQUE_STALE');
}

/** The business day after the one on which a cheque goes to the clearing: that of its deposit, or the next one after the cut-off. */
export function clearDate(cutOff: Temporal.PlainTime, { openDate, now, timeZone }: Now): Temporal.PlainDate {
  const end = openDate.toZonedDateTime({ timeZone, plainTime: cutOff }).toInstant();
  const isLate = Temporal.Instant.compare(now, end) >= 0;
  const sent = businessDay(isLate ? openDate.add({ days: 1 }) : openDate);
  return businessDay(sent.add({ days: 1 }));
}

function businessDay(day: Temporal.PlainDate): Temporal.PlainDate {
  const holidays = new Set(
    [day.year, day.year + 1].flatMap((year) => czechHolidays(year).map(({ date }) => date.toString())),
  );
  let found = day;
  while (!isBusinessDay(found, holidays)) found = found.add({ days: 1 });
  return found;
}

/** Why a cheque is sent back, in ISO's list (ExternalReturnReason1Code), by why it is refused here. */
const RETURN_CODES: Readonly<Record<string, string>> = {
  ACCOUNT_NOT_FOUND: 'AC01',
  IBAN_INVALID: 'AC01',
  ACCOUNT_CLOSED: 'AC04',
  ACCOUNT_DORMANT: 'AC06',
  ACCOUNT_FROZEN: 'AC06',
  ACCOUNT_NOT_ACTIVE: 'AC06',
  ACCOUNT_RESTRICTED: 'AC06',
  TERM_DEPOSIT_BOUND: 'AC06',
  INSUFFICIENT_FUNDS: 'AM04',
  CHEQUE_PAID: 'AM05',
  CHEQUE_NOT_AS_ISSUED: 'AM09',
  CHEQUE_POST_DATED: 'DT01',
  CHEQUE_STALE: 'DT01',
  CHEQUE_STOPPED: 'SP01',
};

/** The code with which a cheque is sent back that is refused for a reason. */
export function returnCode(reason: string): string {
  return RETURN_CODES[reason] ?? 'MS03';
}
