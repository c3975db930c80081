// Ledger accounts of the bank's own that a rehearsal takes to be open.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { invalid } from '#chassis/errors.ts';
import { refuseMoney } from '#chassis/money.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { NewLedgerAccount } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { limitsOf } from './admin.ts';
import { refuse } from './domain/refusals.ts';
import { type AccountTerms, insertMissingAccounts } from './tables.ts';

interface Asked {
  readonly validateOnly: boolean;
  readonly assumedLedgerAccounts: readonly NewLedgerAccount[];
}

/** The terms of what a request assumes. Refuses any that is not a rehearsal's, and CURRENCY_UNKNOWN. */
export function assumedOf({ validateOnly, assumedLedgerAccounts }: Asked): readonly AccountTerms[] {
  if (assumedLedgerAccounts.length > 0 && !validateOnly) {
    throw invalid([{ field: 'assumed_ledger_accounts', description: 'Only what is rehearsed may assume accounts.' }]);
  }
  return assumedLedgerAccounts.map((account) => {
    const { ledgerAccountId: id, currencyCode: currency, generalLedgerCode } = account;
    if (exponentOf(currency) === undefined) throw refuseMoney('CURRENCY_UNKNOWN', { currency_code: currency });
    const normalSide = account.normalSide === Side.DEBIT ? 'debit' : 'credit';
    const terms = { id, accountId: null, currency, generalLedgerCode, normalSide, state: 'open' } as const;
    return { ...terms, ...limitsOf(currency, account) };
  });
}

/** Opens those that are not there, in a transaction that is rolled back. Refuses GENERAL_LEDGER_CODE_UNKNOWN. */
export async function assume(tx: Tx, accounts: readonly AccountTerms[]): Promise<void> {
  if (accounts.length === 0) return;
  const codes = await tx.query(sql<{ code: string }>`select code from general_ledger_account`);
  const unknown = accounts.find(({ generalLedgerCode }) => !codes.some(({ code }) => code === generalLedgerCode));
  if (unknown) throw refuse('GENERAL_LEDGER_CODE_UNKNOWN', { general_ledger_code: unknown.generalLedgerCode });
  await tx.query(insertMissingAccounts(accounts));
}
