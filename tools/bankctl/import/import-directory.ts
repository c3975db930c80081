// Brings another bank's data in, from files in the layout of docs/import.md.
import { type GetTrialBalanceResponse, LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { openBank } from '../bank.ts';
import { type Progress, progress as progressBar } from '../progress.ts';
import { type Booked, bookHistory } from './book.ts';
import { compareBalances, cutOver, type Difference } from './closing.ts';
import { complaints } from './csv-file.ts';
import { readHistory } from './history.ts';
import { openAll } from './opening.ts';
import { readParties } from './parties.ts';
import { patiently } from './patience.ts';
import { type ImportedOrders, importStandingOrders, readStandingOrders } from './standing-orders.ts';

/** What to import, and where to. */
export interface ImportOptions {
  /** The URL of the edge. */
  readonly edge: string;
  readonly directory: string;
  readonly progress?: Progress;
  /** A token of a member of the back office, where the bank is not in development mode. */
  readonly token?: string | undefined;
}

/** What an import did. */
export interface Imported {
  readonly accounts: number;
  readonly transactions: number;
  /** Newly booked. */
  readonly posted: number;
  /** Booked before, and lines that move nothing. */
  readonly skipped: number;
  readonly seconds: number;
  /** Where the bank is not as the files say. */
  readonly differences: readonly Difference[];
  readonly standingOrders: ImportedOrders;
  readonly trialBalance: GetTrialBalanceResponse;
  /** Words of the files that are not known, with how often they are there. */
  readonly unknown: ReadonlyMap<string, number>;
}

/** The keys of commands belong to those who give them: every import is done by the same member of staff. */
const IMPORTER = 'staff:back-office';

/**
 * Imports a folder. Nothing is changed when the files are not in order (Failure, exit 2). What an earlier import has
 * brought is found and skipped, so that one that was cut off can be run again.
 */
export async function importDirectory(options: ImportOptions): Promise<Imported> {
  const { edge, directory, token, progress = progressBar(false) } = options;
  const start = performance.now();
  const bank = openBank({ edge, as: IMPORTER, token });
  try {
    const { openDate: today } = await bank.client(LedgerService).getBusinessDate({});
    const wrong = complaints();
    await progress.begin('reading');
    const parties = await readParties(directory, today, wrong);
    const history = await readHistory(directory, parties.accounts, today, wrong);
    const orders = await readStandingOrders(directory, parties.accounts, history, wrong);
    wrong.settle();

    // Every line is booked, and then compared.
    await progress.begin('booking', parties.clients.size + parties.accounts.size + 2 * history.count);
    const opening = openAll(bank, parties, progress);
    const booking = bookHistory(bank, history, opening.accounts, progress);
    // Orders are brought in while their accounts are migrating, as history is.
    const ordering = importStandingOrders(bank, orders, history, opening.accounts);
    const [booked, standingOrders, notEqual, notCutOver] = await Promise.all([
      booking.done,
      ordering,
      compareBalances(bank, opening.accounts, history, booking, progress),
      Promise.all([booking.done, opening.all, ordering]).then(([all, accounts]) => cutOver(bank, accounts, all)),
    ]);
    const differences = [...refusedLines(booked), ...notCutOver, ...notEqual];
    const trialBalance = await patiently(() => bank.client(LedgerService).getTrialBalance({}));
    return {
      accounts: opening.accounts.size,
      transactions: history.count,
      posted: booked.posted,
      skipped: booked.skipped,
      seconds: Math.round(performance.now() - start) / 1000,
      differences,
      standingOrders,
      trialBalance,
      unknown: history.unknown,
    };
  } finally {
    progress.end();
    bank.close();
  }
}

function refusedLines({ refused }: Booked): Difference[] {
  return refused.map(({ line, reason }) => {
    const { accountId: account, id: transaction } = line;
    return { account, transaction, line: line.line, what: 'booking', expected: 'booked', found: reason };
  });
}
