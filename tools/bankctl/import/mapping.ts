// What the words of the files mean to the bank.
import { StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { MigrationCounterpart } from '#gen/bank/transaction/v1/transaction_pb.ts';

/** A word of a file as it is compared: small letters, single spaces. */
export function plain(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

const FREQUENCIES: Readonly<Record<string, StatementFrequency>> = {
  'monthly issuance': StatementFrequency.MONTHLY,
  'weekly issuance': StatementFrequency.WEEKLY,
  'issuance after transaction': StatementFrequency.PER_TRANSACTION,
};

/** The words for how often statements are made. */
export const frequencyWords: readonly string[] = Object.keys(FREQUENCIES);

/** How often statements are made, or undefined for a word that is not known. */
export function frequencyOf(text: string): StatementFrequency | undefined {
  return FREQUENCIES[plain(text)];
}

const BY_SYMBOL: Readonly<Record<string, MigrationCounterpart>> = {
  'interest credited': MigrationCounterpart.INTEREST,
  'sanction interest if negative balance': MigrationCounterpart.INTEREST,
  'sanction interest': MigrationCounterpart.INTEREST,
  'payment for statement': MigrationCounterpart.FEES,
};

const BY_OPERATION: Readonly<Record<string, MigrationCounterpart>> = {
  'credit in cash': MigrationCounterpart.CASH,
  'withdrawal in cash': MigrationCounterpart.CASH,
  'credit card withdrawal': MigrationCounterpart.CASH,
  'remittance to another bank': MigrationCounterpart.CLEARING,
  'collection from another bank': MigrationCounterpart.CLEARING,
};

/** Against which of its own accounts the bank books something, and whether the words for it are known. */
export interface Mapped {
  readonly counterpart: MigrationCounterpart;
  readonly known: boolean;
}

/**
 * Maps a line of history. The symbol says more than the operation: interest and fees are also booked as cash. What nobody
 * knows came from somewhere else, and so is cleared; the import says that it did so.
 */
export function counterpartOf(operation: string, symbol: string, hasCounterparty: boolean): Mapped {
  const bySymbol = BY_SYMBOL[plain(symbol)];
  if (bySymbol !== undefined) return { counterpart: bySymbol, known: true };
  const byOperation = BY_OPERATION[plain(operation)];
  if (byOperation !== undefined) return { counterpart: byOperation, known: true };
  return { counterpart: MigrationCounterpart.CLEARING, known: plain(operation) === '' && hasCounterparty };
}

const TEXT_MAX = 140;

/** What a line was for, e.g. `remittance to another bank: household`. */
export function remittanceOf(operation: string, symbol: string): string {
  return [operation, symbol]
    .map((text) => text.trim().replaceAll(/\s+/g, ' '))
    .filter(Boolean)
    .join(': ')
    .slice(0, TEXT_MAX)
    .toWellFormed();
}

/** Who was on the other side, e.g. `YZ 87144583`. */
export function counterpartyOf(bank: string, account: string): string {
  return `${bank.trim()} ${account.trim()}`.trim().slice(0, TEXT_MAX).toWellFormed();
}
