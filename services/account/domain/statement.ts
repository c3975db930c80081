// A statement as a customer reads it: what comes in is positive, what goes out negative.
import { readDate } from '#chassis/dates.ts';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import { type Entry, JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { refuse } from './refusals.ts';

/** Refuses dates that are no days of the calendar, and a range that ends before it begins. Empty dates are absent. */
export function checkRange(from: string, to: string): void {
  const first = readDate('from_date', from, refuse);
  const last = readDate('to_date', to, refuse);
  if (first && last && Temporal.PlainDate.compare(first, last) > 0) throw refuse('DATE_INVALID', { field: 'to_date' });
}

/** The line of a statement; what it says besides amounts is not the ledger's. */
export type Line = ReturnType<typeof lineOf>;

/** The line of a statement that an entry of the ledger makes. */
export function lineOf(entry: Entry) {
  const { currency, minor } = fromMoney(entry.amount ?? { currencyCode: '', amount: '' });
  return {
    bookingDate: entry.bookingDate,
    valueDate: entry.valueDate,
    amount: toMoney({ currency, minor: entry.side === Side.CREDIT ? minor : -minor }),
    runningBalance: entry.runningBalance,
    kind: kindOf(entry.kind),
    journalId: entry.journalId,
    lineNumber: Number(entry.version),
    // Interest is booked by the bank itself; every other journal is the only one of a transaction and has its id.
    transactionId: entry.kind === JournalKind.INTEREST ? '' : deriveId('txn', entry.journalId),
    counterpartyName: '',
    counterpartyIban: '',
    remittanceInformation: '',
  };
}

function kindOf(kind: JournalKind): string {
  return Object.entries(JournalKind).find(([, value]) => value === kind)?.[0] ?? '';
}
