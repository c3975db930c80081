// How requests of customers move on, and by when the bank answers: in its hours of business, 9 to 17 on business days of TARGET.
import { ServiceRequestKind, ServiceRequestState } from '#gen/bank/customer/v1/service_request_pb.ts';
import { type Holidays, isBusinessDay, targetHolidays } from '#rules/calendar.ts';
import { refuse } from './refusals.ts';

const { OPEN, IN_PROGRESS, WAITING_FOR_CUSTOMER, RESOLVED } = ServiceRequestState;
const OPENS = 9;
const CLOSES = 17;
const REOPENED_DAYS_MAX = 60;
const MESSAGES_MAX = 100;

/** For how many minutes of business the bank may take; none where it need not answer. Fifteen business days: Directive (EU) 2015/2366, article 101. */
const MINUTES: Readonly<Partial<Record<ServiceRequestKind, number>>> = {
  [ServiceRequestKind.INQUIRY]: 16 * 60,
  [ServiceRequestKind.COMPLAINT]: 15 * (CLOSES - OPENS) * 60,
  [ServiceRequestKind.PRODUCT]: 40 * 60,
};

/** Where a request stands. */
export interface Standing {
  readonly kind: ServiceRequestKind;
  readonly state: ServiceRequestState;
  readonly assigneeId: string;
  readonly dueMs: number | null;
  readonly leftMinutes: number | null;
  readonly escalateMs: number | null;
  readonly resolveMs: number | null;
  readonly reopenCount: number;
  readonly messageCount: number;
}

/** Now, and where the bank is. */
export interface At {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** A request as it comes, with its first message. Refuses RATING_NOT_ALLOWED. */
export function opened(kind: ServiceRequestKind, rating: number, at: At): Standing {
  if (rating !== 0 && kind !== ServiceRequestKind.FEEDBACK) throw refuse('RATING_NOT_ALLOWED');
  const minutes = MINUTES[kind];
  const begun = { kind, assigneeId: '', leftMinutes: null, escalateMs: null, reopenCount: 0, messageCount: 1 };
  return minutes === undefined
    ? { ...begun, state: RESOLVED, dueMs: null, resolveMs: at.nowMs }
    : { ...begun, state: OPEN, dueMs: afterBusiness(at, minutes), resolveMs: null };
}

/** After a message: of the bank, it may have to wait for the customer; of the customer, it waits no longer. */
export function written(
  standing: Standing,
  message: { readonly fromBank: boolean; readonly awaitsCustomer: boolean },
  at: At,
): Standing {
  checkOpen(standing);
  const said = counted(standing);
  const { state, dueMs, leftMinutes } = standing;
  if (message.fromBank && message.awaitsCustomer && dueMs !== null) {
    return { ...said, state: WAITING_FOR_CUSTOMER, dueMs: null, leftMinutes: businessBetween(at, dueMs) };
  }
  if (message.fromBank || state !== WAITING_FOR_CUSTOMER) return said;
  return {
    ...said,
    state: standing.assigneeId === '' ? OPEN : IN_PROGRESS,
    dueMs: afterBusiness(at, leftMinutes ?? 0),
    leftMinutes: null,
  };
}

/** Whether it is answered. */
export function isResolved({ state }: Pick<Standing, 'state'>): boolean {
  return state === RESOLVED;
}

/** Given to somebody, or to nobody. */
export function assigned(standing: Standing, assigneeId: string): Standing {
  checkOpen(standing);
  const isWaiting = standing.state === WAITING_FOR_CUSTOMER;
  return { ...standing, assigneeId, state: isWaiting ? standing.state : assigneeId === '' ? OPEN : IN_PROGRESS };
}

/** Answered. */
export function resolved(standing: Standing, { nowMs }: At): Standing {
  checkOpen(standing);
  return { ...standing, state: RESOLVED, dueMs: null, leftMinutes: null, resolveMs: nowMs };
}

/** Opened again, with a message, for whoever had it. */
export function reopened(standing: Standing, at: At): Standing {
  const { kind, state, resolveMs, assigneeId, reopenCount } = standing;
  if (state !== RESOLVED || resolveMs === null) throw refuse('SERVICE_REQUEST_NOT_RESOLVED');
  const minutes = MINUTES[kind];
  const isLate = at.nowMs - resolveMs > REOPENED_DAYS_MAX * 86_400_000;
  if (minutes === undefined || isLate) throw refuse('SERVICE_REQUEST_NOT_REOPENABLE');
  return {
    ...counted(standing),
    state: assigneeId === '' ? OPEN : IN_PROGRESS,
    dueMs: afterBusiness(at, minutes),
    escalateMs: null,
    resolveMs: null,
    reopenCount: reopenCount + 1,
  };
}

function checkOpen({ state }: Standing): void {
  if (state === RESOLVED) throw refuse('SERVICE_REQUEST_RESOLVED');
}

function counted(standing: Standing): Standing {
  if (standing.messageCount >= MESSAGES_MAX) throw refuse('SERVICE_REQUEST_FULL');
  return { ...standing, messageCount: standing.messageCount + 1 };
}

/** The instant after so many minutes of business. */
export function afterBusiness({ nowMs, timeZone }: At, minutes: number): number {
  let from = zoned(nowMs, timeZone);
  let left = minutes * 60_000;
  for (;;) {
    const [opens, closes] = hoursOf(from.toPlainDate(), timeZone);
    const start = Math.max(from.epochMilliseconds, opens);
    const open = isOpen(from.toPlainDate()) ? Math.max(0, closes - start) : 0;
    if (open > 0 && left <= open) return start + left;
    left -= open;
    from = from.toPlainDate().add({ days: 1 }).toZonedDateTime(timeZone);
  }
}

/** How many whole minutes of business there are until an instant; none when it is past. */
export function businessBetween({ nowMs, timeZone }: At, untilMs: number): number {
  let ms = 0;
  for (let day = zoned(nowMs, timeZone).toPlainDate(); ; day = day.add({ days: 1 })) {
    const [opens, closes] = hoursOf(day, timeZone);
    if (opens >= untilMs) return Math.floor(ms / 60_000);
    if (isOpen(day)) ms += Math.max(0, Math.min(closes, untilMs) - Math.max(opens, nowMs));
  }
}

function isOpen(day: Temporal.PlainDate): boolean {
  const holidays: Holidays = new Set(targetHolidays(day.year).map(({ date }) => date.toString()));
  return isBusinessDay(day, holidays);
}

function hoursOf(day: Temporal.PlainDate, timeZone: string): [opens: number, closes: number] {
  const at = (hour: number) => day.toZonedDateTime({ timeZone, plainTime: { hour } }).epochMilliseconds;
  return [at(OPENS), at(CLOSES)];
}

function zoned(ms: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
}
