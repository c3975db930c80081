// transactions.csv: read whole and checked before anything is changed.
import type { MigrationCounterpart } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { type Complaints, type Row, rowsOf } from './csv-file.ts';
import { counterpartOf, counterpartyOf, plain, remittanceOf } from './mapping.ts';
import { type Account, valueIn } from './parties.ts';
import { readAmount, readDay, readId } from './values.ts';

/** A line of history. Amounts are in minor units of CZK. */
export interface Line {
  readonly id: string;
  readonly line: number;
  readonly accountId: string;
  readonly bookedOn: string;
  /** What it adds to the account; less than zero for what it takes. */
  readonly change: bigint;
  readonly balanceAfter: bigint;
  readonly counterpart: MigrationCounterpart;
  readonly remittance: string;
  readonly counterparty: string;
}

/** What a statement must say after a line. */
export type Expected = Pick<Line, 'id' | 'line' | 'bookedOn' | 'change' | 'balanceAfter'>;

/** What the file says: what is to be booked, and in the end what the bank's balances are compared with. */
export interface History {
  /** Of each account, in order. Accounts without history have none. */
  readonly books: ReadonlyMap<string, readonly Line[]>;
  readonly count: number;
  /** Words that are not known, with how often they are there: booked against clearing. */
  readonly unknown: ReadonlyMap<string, number>;
}

const COLUMNS = [
  'transaction_id',
  'account_id',
  'sequence',
  'booked_on',
  'direction',
  'operation',
  'amount',
  'balance_after',
  'symbol',
  'counterparty_bank',
  'counterparty_account',
];

/** Reads and checks the whole file: every value, that accounts exist, ids are there once, and each account is in order. */
export async function readHistory(
  directory: string,
  accounts: ReadonlyMap<string, Account>,
  today: string,
  wrong: Complaints,
): Promise<History> {
  const books = new Map<string, Line[]>();
  const last = new Map<string, { sequence: bigint; bookedOn: string }>();
  const ids = new Set<string>();
  const unknown = new Map<string, number>();
  let count = 0;
  for await (const row of rowsOf(directory, 'transactions.csv', COLUMNS)) {
    count += 1;
    const line = lineOf(row, today, wrong);
    const { id, accountId, bookedOn } = line;
    const { place } = row;
    if (id !== '' && ids.has(id)) wrong.add(place, `transaction ${id} is there twice.`);
    ids.add(id);
    if (!accounts.has(accountId)) wrong.add(place, `account ${accountId || '(empty)'} is not in accounts.csv.`);
    const sequence = sequenceIn(row, wrong);
    const before = last.get(accountId);
    if (before && sequence <= before.sequence) {
      wrong.add(
        place,
        `sequence ${sequence} of account ${accountId} comes after ${before.sequence}; it must count up.`,
      );
    }
    if (before && bookedOn !== '' && bookedOn < before.bookedOn) {
      wrong.add(
        place,
        `account ${accountId} goes back from ${before.bookedOn} to ${bookedOn}; lines must be in order.`,
      );
    }
    last.set(accountId, { sequence, bookedOn });
    noteUnknown(row, unknown);
    const book = books.get(accountId);
    if (book) book.push(line);
    else books.set(accountId, [line]);
  }
  return { books, count, unknown };
}

function lineOf(row: Row, today: string, wrong: Complaints): Line {
  const { line, values } = row;
  const { operation = '', symbol = '', counterparty_bank: bank = '', counterparty_account: account = '' } = values;
  const amount = valueIn(row, 'amount', readAmount, 0n, wrong);
  const direction = plain(values['direction'] ?? '');
  if (direction !== 'credit' && direction !== 'debit') {
    wrong.add(row.place, `direction "${values['direction'] ?? ''}" is not known; it is credit or debit.`);
  }
  const counterparty = counterpartyOf(bank, account);
  return {
    id: valueIn(row, 'transaction_id', readId, '', wrong),
    line,
    accountId: values['account_id'] ?? '',
    bookedOn: valueIn(row, 'booked_on', (text) => readDay(text, today), '', wrong),
    change: direction === 'debit' ? -amount : amount,
    balanceAfter: valueIn(row, 'balance_after', (text) => readAmount(text, true), 0n, wrong),
    counterpart: counterpartOf(operation, symbol, counterparty !== '').counterpart,
    remittance: remittanceOf(operation, symbol),
    counterparty,
  };
}

function sequenceIn({ place, values }: Row, wrong: Complaints): bigint {
  const text = values['sequence'] ?? '';
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  wrong.add(place, `sequence "${text}" is no number.`);
  return 0n;
}

function noteUnknown({ values }: Row, unknown: Map<string, number>): void {
  const { operation = '', symbol = '', counterparty_bank: bank = '', counterparty_account: account = '' } = values;
  if (counterpartOf(operation, symbol, counterpartyOf(bank, account) !== '').known) return;
  const words = remittanceOf(operation, symbol) || '(no operation and no symbol)';
  unknown.set(words, (unknown.get(words) ?? 0) + 1);
}
