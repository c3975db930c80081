import { Code, ConnectError } from '@connectrpc/connect';
import { fromMoney } from '#chassis/money.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Journal, LedgerAccount, LedgerBalance } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type GetTrialBalanceResponse, LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { type Audit, startAudit } from '../audit.ts';
import { auditHolds, readHolds } from '../audit-of-holds.ts';
import type { Bank } from '../bank.ts';
import { Exit } from '../failure.ts';
import { codesOf, type Fault } from '../laws.ts';
import { balanceSheetFaults, tieOutFaults } from '../laws-of-general-ledger.ts';
import { pagesOf } from '../pages.ts';
import { inParallel } from '../parallel.ts';
import type { Progress } from '../progress.ts';
import type { Session } from '../session.ts';

/** What an audit found. */
export interface Verdict {
  /** True when no law is broken. */
  readonly clean: boolean;
  readonly accounts: number;
  readonly journals: number;
  readonly entries: number;
  readonly faults: readonly Fault[];
  /** What could not be checked, in sentences. */
  readonly unchecked: readonly string[];
}

const BATCH = 1_000;
const CALLS = 8;
const CATCH_UPS = 10;

/** Checks every law of the ledger from the data itself. Answers the exit code. */
export async function verify({ bank: open, out, progress }: Session): Promise<number> {
  const bank = open({ otherwise: 'staff:auditor' });
  const verdict = await verifyBank(bank, progress());
  await out.document(verdict, () => report(verdict));
  return verdict.clean ? Exit.OK : Exit.REFUSED;
}

/** Reads the whole ledger through the edge and puts it to the laws. The bank may be at work meanwhile. */
export async function verifyBank(bank: Bank, progress: Progress): Promise<Verdict> {
  const ledger = bank.client(LedgerService);
  const audit = startAudit();
  const unchecked: string[] = [];
  await progress.begin('accounts');
  await readAccounts(bank, audit, progress);
  const holds = await readHolds(bank);
  await progress.begin('journals');
  const trialBalance = await readJournals(bank, audit, progress);
  progress.end();
  if (!trialBalance) unchecked.push('The trial balance: the bank was too busy to read it together with the journals.');
  if (audit.unknown().length > 0) await readAccounts(bank, audit, progress);
  const { generalLedgerAccounts } = await ledger.listGeneralLedgerAccounts({});
  const faults = audit.finish({
    chart: codesOf(generalLedgerAccounts),
    balances: await readBalances(bank, audit.moved()),
    originals: await readOriginals(bank, audit.reversed()),
    overdrafts: await readOverdrafts(bank, audit.suspects()),
    trialBalance,
  });
  faults.push(...balanceSheetFaults(await ledger.getBalanceSheet({})));
  faults.push(...(await auditHolds(bank, holds, { captured: audit.captured(), accounts: audit.accounts() })));
  faults.push(...tieOutFaults(await ledger.tieOutGeneralLedger({})));
  return { clean: faults.length === 0, ...audit.counts, faults, unchecked };
}

async function readAccounts(bank: Bank, audit: Audit, progress: Progress): Promise<void> {
  const ledger = bank.client(LedgerService);
  for await (const { ledgerAccounts } of pagesOf((page) => ledger.listLedgerAccounts(page))) {
    for (const account of ledgerAccounts) audit.account(account);
    progress.advance(ledgerAccounts.length);
  }
}

/**
 * Reads all journals, and then the trial balance of exactly those: when something was booked meanwhile, the last page is
 * read on and the trial balance anew. Answers undefined when the bank never paused for it.
 */
async function readJournals(
  bank: Bank,
  audit: Audit,
  progress: Progress,
): Promise<GetTrialBalanceResponse | undefined> {
  const ledger = bank.client(LedgerService);
  let lastPage = '';
  const seen = new Set<string>();
  const readOn = async (): Promise<number> => {
    let fresh = 0;
    let asked = lastPage;
    for await (const { journals, nextPageToken } of pagesOf((page) => ledger.listJournals(page), undefined, lastPage)) {
      const unseen = journals.filter(({ journalId }) => !seen.has(journalId));
      for (const journal of unseen) audit.journal(journal);
      fresh += unseen.length;
      progress.advance(unseen.length);
      // Only the last page is ever read again.
      if (asked !== lastPage) seen.clear();
      lastPage = asked;
      for (const { journalId } of journals) seen.add(journalId);
      asked = nextPageToken;
    }
    return fresh;
  };
  await readOn();
  for (let attempt = 0; attempt < CATCH_UPS; attempt += 1) {
    const trialBalance = await ledger.getTrialBalance({});
    if ((await readOn()) === 0) return trialBalance;
  }
  return undefined;
}

async function readBalances(bank: Bank, ids: readonly string[]): Promise<Map<string, LedgerBalance>> {
  const ledger = bank.client(LedgerService);
  const batches = Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, index) =>
    ids.slice(index * BATCH, (index + 1) * BATCH),
  );
  const answers = await inParallel(batches, CALLS, (ledgerAccountIds) => ledger.getBalances({ ledgerAccountIds }));
  return new Map(answers.flatMap(({ balances }) => balances).map((balance) => [balance.ledgerAccountId, balance]));
}

async function readOriginals(bank: Bank, ids: readonly string[]): Promise<Map<string, Journal>> {
  const ledger = bank.client(LedgerService);
  const found = await inParallel(ids, CALLS, async (journalId) => {
    try {
      return (await ledger.getJournal({ journalId })).journal;
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
      throw error;
    }
  });
  return new Map(found.flatMap((journal) => (journal ? [[journal.journalId, journal]] : [])));
}

/** The highest overdraft that accounts can ever have had: the terms of the product version that they keep. */
async function readOverdrafts(bank: Bank, suspects: readonly LedgerAccount[]): Promise<Map<string, bigint>> {
  const agreements = bank.client(AccountService);
  const overdrafts = await inParallel(suspects, CALLS, async ({ ledgerAccountId, accountId }) => {
    const { account } = await agreements.getAccount({ accountId });
    const { product } = await agreements.getProduct({
      productId: account?.productId ?? '',
      version: account?.productVersion ?? 0,
    });
    const maximum = product?.terms?.overdraftLimitMaximum;
    return [ledgerAccountId, maximum ? fromMoney(maximum).minor : 0n] as const;
  });
  return new Map(overdrafts);
}

function report({ clean, accounts, journals, entries, faults, unchecked }: Verdict): string {
  return [
    `Read ${accounts} ledger accounts and ${journals} journals with ${entries} entries.`,
    ...unchecked.map((sentence) => `Not checked: ${sentence}`),
    ...faults.map(
      ({ law, subject, what, expected, found }) => `${law}: ${subject}: ${what}: expected ${expected}, found ${found}`,
    ),
    clean ? 'Every law holds.' : `${faults.length} faults.`,
  ].join('\n');
}
