// Makes the sample data: a few households and a business, all made up, and a year of what they did with their money. The
// same seed makes the same files. Run it after a change: node tools/sample/make-sample.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'csv-stringify/sync';
import { checkoutRoot } from '../platform/paths.ts';
import { type Habits, habitsOf } from './habits.ts';
import { ACCOUNTS, CLIENTS, DISPOSITIONS, ORGANISATIONS } from './people.ts';

/** The first and the last day of the sample. */
const FIRST_DAY = '2025-11-01';
const LAST_DAY = '2026-10-31';
const SEED = 20_261_123;
/** Ids from here up are never those of the PKDD data, so that both can be imported into one bank. */
const FIRST_TRANSACTION = 90_000_001;

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

/** What somebody did with money on a day. Amounts are in hellers; less than zero for what is taken. */
export interface Deed {
  readonly account: string;
  readonly amount: bigint;
  readonly operation: string;
  readonly symbol?: string;
  readonly bank?: string;
  readonly counterparty?: string;
}

/** The files of the sample, by name. */
export function makeSample(): ReadonlyMap<string, string> {
  const table = (columns: readonly string[], rows: readonly (readonly string[])[]) => stringify([columns, ...rows]);
  return new Map([
    ['clients.csv', table(['client_id', 'birth_date', 'sex', 'district_id', 'given_name', 'family_name'], CLIENTS)],
    ['organisations.csv', table(['client_id', 'legal_name', 'registration_date', 'district_id'], ORGANISATIONS)],
    ['accounts.csv', table(['account_id', 'district_id', 'statement_frequency', 'opened_on'], ACCOUNTS)],
    ['dispositions.csv', table(['disposition_id', 'client_id', 'account_id', 'type'], DISPOSITIONS)],
    ['transactions.csv', table(COLUMNS, transactions(habitsOf(generator(SEED))))],
  ]);
}

function transactions(habits: Habits): string[][] {
  const books = new Map<string, { balance: bigint; sequence: number }>();
  const rows: string[][] = [];
  for (let day = Temporal.PlainDate.from(FIRST_DAY); String(day) <= LAST_DAY; day = day.add({ days: 1 })) {
    const balanceOf = (account: string): bigint => books.get(account)?.balance ?? 0n;
    for (const habit of habits) {
      for (const deed of habit(day, balanceOf)) {
        const book = books.get(deed.account) ?? { balance: 0n, sequence: 0 };
        book.balance += deed.amount;
        book.sequence += 1;
        books.set(deed.account, book);
        rows.push(rowOf(deed, String(FIRST_TRANSACTION + rows.length), book, String(day)));
      }
    }
  }
  return rows;
}

function rowOf(
  deed: Deed,
  id: string,
  { balance, sequence }: { balance: bigint; sequence: number },
  day: string,
): string[] {
  const { account, amount, operation, symbol = '', bank = '', counterparty = '' } = deed;
  const direction = amount > 0n ? 'credit' : 'debit';
  const size = amount > 0n ? amount : -amount;
  return [
    id,
    account,
    String(sequence),
    day,
    direction,
    operation,
    decimal(size),
    decimal(balance),
    symbol,
    bank,
    counterparty,
  ];
}

function decimal(minor: bigint): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Whole numbers from `low` to `high`, the same ones for the same seed (mulberry32). */
export type Random = (low: number, high: number) => number;

function generator(seed: number): Random {
  let state = seed;
  return (low, high) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return low + (((mixed ^ (mixed >>> 14)) >>> 0) % (high - low + 1));
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(checkoutRoot(), 'sample');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of makeSample()) writeFileSync(join(folder, name), text);
}
