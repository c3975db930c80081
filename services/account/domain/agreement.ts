// What may become of an account that exists: its freeze, its limit, its end. Each rule answers the terms that the account
// shall have, or throws why not.
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
}

/** Refuses an account that is closed, or not in use yet. */
export function checkActive({ state }: Agreement): void {
  if (state === 'closed') throw refuse('ACCOUNT_CLOSED');
  if (state !== 'active') throw refuse('ACCOUNT_NOT_ACTIVE');
}

/** A freeze that the bank, or with `byCustomer` an owner, sets over whatever was frozen before. */
export function freeze(account: Agreement, wanted: FreezeTerms, byCustomer: boolean): FreezeTerms {
  if (!wanted.debits && !wanted.credits) throw refuse('FREEZE_INVALID');
  checkActive(account);
  const own = !wanted.credits && wanted.reason === 'customer_request' && isCustomers(account.freezeReason);
  if (byCustomer && !own) throw refuse('FREEZE_NOT_ALLOWED');
  return wanted;
}

/** The end of a freeze: an owner lifts only one that a holder asked for. */
export function unfreeze(account: Agreement, byCustomer: boolean): void {
  if (account.state === 'closed') throw refuse('ACCOUNT_CLOSED');
  if (!account.freezeReason) throw refuse('ACCOUNT_NOT_FROZEN');
  if (byCustomer && !isCustomers(account.freezeReason)) throw refuse('FREEZE_NOT_ALLOWED');
}

/** An overdraft limit in minor units, up to what the product allows; without a maximum it allows none. */
export function overdraftLimit(account: Agreement, limit: bigint, maximum: bigint | undefined): bigint {
  checkActive(account);
  if (limit > (maximum ?? 0n)) throw refuse('OVERDRAFT_NOT_ALLOWED');
  return limit;
}

/** The end of an account, as far as the agreement goes: that its balance is zero is the ledger's to say. */
export function close(account: Agreement): void {
  checkActive(account);
  if (account.freezeReason) throw refuse('ACCOUNT_FROZEN');
}

/** The end of a migration. */
export function cutOver({ state }: Agreement): void {
  if (state !== 'migrating') throw refuse('ACCOUNT_NOT_MIGRATING');
}

function isCustomers(reason: FreezeReason | null | undefined): boolean {
  return !reason || reason === 'customer_request';
}
