import { create } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Entry, type Journal, JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  GetBalancesResponseSchema,
  GetJournalResponseSchema,
  LedgerService,
  ListEntriesResponseSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { ListOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

interface Past {
  /** A value date. */
  readonly asOf?: string;
  readonly knownAt?: Date;
}

interface Range extends Past, ListOptions {
  readonly from?: string;
  readonly to?: string;
  readonly newestFirst?: boolean;
}

/** The ledger account of an account (acc_), or a ledger account as it is. */
export function ledgerAccountOf(id: string): string {
  return id.replace(/^acc_/, 'lac_');
}

/** Shows the balances of ledger accounts, as they are or as they were. */
export async function ledgerBalances(
  { bank, out }: Session,
  options: Past,
  ...accounts: readonly string[]
): Promise<void> {
  const ledgerAccountIds = accounts.map(ledgerAccountOf);
  const answer = await bank()
    .client(LedgerService)
    .getBalances({ ledgerAccountIds, ...pastOf(options) });
  const found = new Set(answer.balances.map(({ ledgerAccountId }) => ledgerAccountId));
  const missing = ledgerAccountIds.filter((id) => !found.has(id));
  if (missing.length > 0) out.note(`Not there, or not yet: ${missing.join(', ')}`);
  await out.message(GetBalancesResponseSchema, answer, () =>
    table(
      ['ledger account', 'version', 'booked', 'held', 'pending in', 'available'],
      answer.balances.map(({ ledgerAccountId, version, booked, held, pendingIn, available }) => [
        ledgerAccountId,
        String(version),
        ...[booked, held, pendingIn, available].map(money),
      ]),
      ['version', 'booked', 'held', 'pending in', 'available'],
    ),
  );
}

/** Lists the entries of a ledger account, as they are or as they were. */
export async function ledgerEntries({ bank, out }: Session, options: Range, account = ''): Promise<void> {
  const { from: fromDate = '', to: toDate = '', newestFirst = false, limit } = options;
  const ledger = bank().client(LedgerService);
  const asked = { ledgerAccountId: ledgerAccountOf(account), fromDate, toDate, newestFirst, ...pastOf(options) };
  const all = create(ListEntriesResponseSchema);
  for await (const page of pagesOf((which) => ledger.listEntries({ ...asked, ...which }), limit)) {
    Object.assign(all, { ...page, entries: [...all.entries, ...page.entries] });
  }
  await out.message(ListEntriesResponseSchema, all, async () =>
    [
      `opening balance  ${money(all.openingBalance)}`,
      await entriesText(all.entries, ({ runningBalance }) => money(runningBalance)),
      `closing balance  ${money(all.closingBalance)}`,
    ].join('\n\n'),
  );
}

/** Shows a journal. */
export async function ledgerJournal({ bank, out }: Session, _options: object, journalId = ''): Promise<void> {
  const answer = await bank().client(LedgerService).getJournal({ journalId });
  await out.message(GetJournalResponseSchema, answer, () => journalText(answer.journal));
}

async function journalText(journal: Journal | undefined): Promise<string> {
  if (!journal) return '';
  const { place, knownTime } = journal;
  const about = fields([
    ['journal', journal.journalId],
    ['kind', word(JournalKind, journal.kind)],
    ['booked', journal.bookingDate],
    ['value date', journal.valueDate],
    ['known', knownTime && timestampDate(knownTime).toISOString()],
    ['reverses', journal.reversedJournalId],
    ['corrects', journal.correctsJournalId],
    ['captures', journal.capturedHoldId],
    ['block', place && `lane ${place.laneNumber}, height ${place.height}, position ${place.position}`],
  ]);
  return `${about}\n\n${await entriesText(journal.entries, ({ balanceAfter }) => money(balanceAfter))}`;
}

function entriesText(entries: readonly Entry[], balance: (entry: Entry) => string): Promise<string> {
  return table(
    ['ledger account', 'version', 'booked', 'value date', 'kind', 'side', 'amount', 'balance', 'journal'],
    entries.map((entry) => [
      entry.ledgerAccountId,
      String(entry.version),
      entry.bookingDate,
      entry.valueDate,
      word(JournalKind, entry.kind),
      word(Side, entry.side),
      money(entry.amount),
      balance(entry),
      entry.journalId,
    ]),
    ['version', 'amount', 'balance'],
  );
}

function pastOf({ asOf, knownAt }: Past) {
  return { asOfValueDate: asOf ?? '', ...(knownAt && { knownAt: timestampFromDate(knownAt) }) };
}
