// The life of an account as a state machine: where it can be, what can happen to it there, and where that takes it. A freeze is not a
// state: an account that is frozen stays where it is in its life, and is there when it is let go.
import { refuse } from './refusals.ts';
import type { AccountState } from './words.ts';

/** What can happen to an account. */
export type LifeEvent =
  | 'open'
  | 'open_migrating'
  | 'decline'
  | 'cut_over'
  | 'rest'
  | 'sleep'
  | 'move'
  | 'wake'
  | 'close'
  | 'escheat';

/** From each state, what can happen, and where it takes the account. What is not here cannot. */
export const LIFE: Readonly<Record<AccountState, Partial<Readonly<Record<LifeEvent, AccountState>>>>> = {
  pending: { open: 'active', open_migrating: 'migrating', decline: 'closed' },
  migrating: { cut_over: 'active' },
  active: { rest: 'inactive', close: 'closed' },
  inactive: { sleep: 'dormant', move: 'active', wake: 'active', close: 'closed' },
  dormant: { wake: 'active', escheat: 'escheated' },
  closed: {},
  escheated: {},
};

/** Where something takes an account, or why it cannot happen. */
export function next(state: AccountState, event: LifeEvent): AccountState {
  const to = LIFE[state][event];
  if (to !== undefined) return to;
  throw refuse(whyNot(state, event));
}

function whyNot(state: AccountState, event: LifeEvent) {
  if (event === 'cut_over') return 'ACCOUNT_NOT_MIGRATING';
  if (state === 'closed') return 'ACCOUNT_CLOSED';
  if (state === 'escheated') return 'ACCOUNT_ESCHEATED';
  if (state === 'pending' || state === 'migrating') return 'ACCOUNT_NOT_ACTIVE';
  if (event === 'wake' || event === 'escheat') return 'ACCOUNT_NOT_DORMANT';
  if (state === 'dormant') return 'ACCOUNT_DORMANT';
  return 'STATE_INVALID';
}

/** Refuses an account that is not in use, whether it sleeps or not. */
export function checkInUse(state: AccountState): void {
  if (state === 'closed') throw refuse('ACCOUNT_CLOSED');
  if (state === 'escheated') throw refuse('ACCOUNT_ESCHEATED');
  if (state === 'pending' || state === 'migrating') throw refuse('ACCOUNT_NOT_ACTIVE');
}

/** After how many days without a movement of its holders' own an account is inactive, and dormant. */
export interface Dormancy {
  readonly inactiveAfterDays: number;
  readonly dormantAfterDays: number;
}

/** Refuses terms by which an account would be dormant before it was inactive. */
export function checkDormancy(terms: Dormancy | undefined): void {
  if (terms && terms.dormantAfterDays <= terms.inactiveAfterDays) throw refuse('DORMANCY_TERMS_INVALID');
}

/** How an account stands at the end of a day. Days are YYYY-MM-DD. */
export interface Quiet {
  readonly state: AccountState;
  /** The day of the last movement of its holders' own, or on which it was opened. */
  readonly lastMoved: string;
  /** Since when it has been where it is. */
  readonly stateSince: string;
  readonly freezeDebits: boolean;
}

/**
 * What the end of a day does to an account that sleeps, or will. It is inactive for as many days as lie between before it is dormant,
 * whatever else, so that nobody's money sleeps without a notice.
 */
export function dormancyEvent(terms: Dormancy, account: Quiet, day: string): LifeEvent | undefined {
  const { state, lastMoved, stateSince, freezeDebits } = account;
  const quietDays = daysBetween(lastMoved, day);
  if (state === 'inactive' && quietDays < terms.inactiveAfterDays) return 'move';
  // Who cannot move anything is not asleep.
  if (freezeDebits) return undefined;
  if (state === 'active' && quietDays >= terms.inactiveAfterDays) return 'rest';
  const noticeDays = terms.dormantAfterDays - terms.inactiveAfterDays;
  const isTold = daysBetween(stateSince, day) >= noticeDays;
  if (state === 'inactive' && quietDays >= terms.dormantAfterDays && isTold) return 'sleep';
  return undefined;
}

/** The day on which an account that becomes inactive on a day is dormant, unless it is moved. */
export function dormantDate(terms: Dormancy, day: string): string {
  const days = terms.dormantAfterDays - terms.inactiveAfterDays;
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

function daysBetween(from: string, until: string): number {
  return Temporal.PlainDate.from(from).until(until).days;
}
