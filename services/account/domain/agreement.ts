// What may become of an account that exists: its freeze, its limit, its end. Each rule answers the terms that the account
// shall have, or throws why not.
import { checkInUse, next } from './life.ts';
import { refuse } from './refusals.ts';
import type { AccountState, FreezeReason } from './words.ts';

/** What the rules look at. */
export interface Agreement {
  readonly state: AccountState;
  readonly freezeReason?: FreezeReason | null | undefined;
}

/** What is to be frozen, and why. */
export interface FreezeTerms {
  readonly debits: boolean;
  readonly credits: boolean;
  readonly reason: FreezeReason;
  /** Of the order by which it is frozen; empty where there is none. */
  readonly reference: string;
}

/** A freeze that the bank, or with `byCustomer` an owner, sets over whatever was frozen before. */
export function freeze(account: Agreement, wanted: FreezeTerms, byCustomer: boolean): FreezeTerms {
  if (!wanted.debits && !wanted.credits) throw refuse('FREEZE_INVALID');
  checkInUse(account.state);
  const own = !wanted.credits && wanted.reason === 'customer_request' && isCustomers(account.freezeReason);
  if (byCustomer && !own) throw refuse('FREEZE_NOT_ALLOWED');
  return wanted;
}

/** The end of a freeze: an owner lifts only one that a holder asked for. */
export function unfreeze(account: Agreement, byCustomer: boolean): void {
  checkInUse(account.state);
  if (!account.freezeReason) throw refuse('ACCOUNT_NOT_FROZEN');
  if (byCustomer && !isCustomers(account.freezeReason)) throw refuse('FREEZE_NOT_ALLOWED');
}

/** An overdraft limit in minor units, up to what the product allows; without a maximum it allows none. */
export function overdraftLimit(account: Agreement, limit: bigint, maximum: bigint | undefined): bigint {
  checkInUse(account.state);
  if (account.state === 'dormant') throw refuse('ACCOUNT_DORMANT');
  if (limit > (maximum ?? 0n)) throw refuse('OVERDRAFT_NOT_ALLOWED');
  return limit;
}

/** The end of an account, as far as the agreement goes: that its balance is zero is the ledger's to say. */
export function close(account: Agreement): void {
  next(account.state, 'close');
  if (account.freezeReason) throw refuse('ACCOUNT_FROZEN');
}

/** The end of a migration. */
export function cutOver({ state }: Agreement): void {
  next(state, 'cut_over');
}

function isCustomers(reason: FreezeReason | null | undefined): boolean {
  return !reason || reason === 'customer_request';
}
