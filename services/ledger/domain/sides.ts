// On which side a leg takes an account up or down.
import type { AccountState } from './core.ts';

/** 1 where debits take an account up, -1 where they take it down. */
export function sideOf({ normalSide }: Pick<AccountState, 'normalSide'>): bigint {
  return normalSide === 'debit' ? 1n : -1n;
}

/** Holds more (or less) of an account for a leg: what it would take down is held, what it would take up is pending in. */
export function hold(account: AccountState, leg: bigint, change: bigint): void {
  if (sideOf(account) * leg < 0n) account.held += change;
  else account.pendingIn += change;
}
