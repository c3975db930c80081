// What may become of the pots of an account.
import { checkInUse } from './life.ts';
import { refuse } from './refusals.ts';
import type { AccountState, PotDirection, PotState } from './words.ts';

/** How many open pots an account has at most: so that all of them are read at once. */
export const POTS_MAX = 50;

/** What is known of the account of a pot. */
export interface PotAccount {
  readonly state: AccountState;
  readonly freezeDebits: boolean;
  readonly freezeCredits: boolean;
  /** Of a term deposit. */
  readonly maturityDate?: string | null | undefined;
}

/** Refuses an account that has no use of pots now: it sleeps, has ended, or has not begun. */
export function checkPotAccount({ state }: Pick<PotAccount, 'state'>): void {
  checkInUse(state);
  if (state === 'dormant') throw refuse('ACCOUNT_DORMANT');
}

/** Refuses another pot of an account that has so many open ones. */
export function checkOpening(account: PotAccount, open: number): void {
  checkPotAccount(account);
  if (account.maturityDate) throw refuse('TERM_DEPOSIT_BOUND');
  if (open >= POTS_MAX) throw refuse('POTS_EXHAUSTED', { most: String(POTS_MAX) });
}

/** Refuses money that is moved against a freeze of the account, or to or from a pot that is closed. */
export function checkMove(account: PotAccount, pot: { readonly state: PotState }, direction: PotDirection): void {
  checkPotOpen(pot);
  checkPotAccount(account);
  if (direction === 'to_pot' ? account.freezeDebits : account.freezeCredits) throw refuse('ACCOUNT_FROZEN');
}

/** Refuses a pot that is closed. */
export function checkPotOpen({ state }: { readonly state: PotState }): void {
  if (state === 'closed') throw refuse('POT_CLOSED');
}
