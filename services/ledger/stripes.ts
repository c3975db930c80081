// Stripes: an account that takes a leg of most journals would make all ledger processes wait for its row. A striped account
// has a row for each lane, which its lane alone books on, beside the row that callers know (stripe 0), which has its terms
// and takes no entries. All rows have the id of the account, so that whoever goes from entries to accounts sees one account.
import { sql } from 'kysely';
import type { Database, Tx } from '#chassis/database.ts';
import type { AccountState } from './domain/core.ts';
import { ACCOUNT, type AccountRow, accountState } from './tables.ts';

/**
 * Locks ledger accounts in the order of their numbers, and answers them by the keys that they were asked for: an id, which
 * of a striped account means the stripe of `lane`, or `id/stripe`, as a reversal books on the stripe that it undoes. A stripe
 * is made when its lane first books on it. Without a lane nothing is booked, and the account itself stands for its stripes.
 */
export async function lockAccounts(
  tx: Tx,
  keys: readonly string[],
  lane: bigint | undefined,
): Promise<Map<string, AccountState>> {
  const ids = keys.filter((key) => !key.includes('/'));
  const ofOthers = keys.filter((key) => key.includes('/'));
  const idsOfOthers = ofOthers.map((key) => key.slice(0, key.indexOf('/')));
  const own = sql`id = any(${ids}) and stripe = case when striped then ${String(lane ?? 0n)}::bigint else 0 end`;
  const which =
    ofOthers.length === 0 ? own : sql`${own} or id = any(${idsOfOthers}) and id || '/' || stripe = any(${ofOthers})`;
  const accounts = await lock();
  const missing = ids.filter((id) => !accounts.has(id));
  return missing.length > 0 && lane !== undefined && (await openStripes(tx, missing, lane)) ? lock() : accounts;

  async function lock(): Promise<Map<string, AccountState>> {
    const rows = await tx.query(sql<AccountRow>`
      select ${ACCOUNT} from ledger_account where ${which} order by no for no key update
    `);
    const asked = new Set(keys);
    const found = new Map<string, AccountState>();
    for (const row of rows) {
      const account = accountState(row);
      const names = [`${row.id}/${row.stripe}`];
      if (row.stripe == null || BigInt(row.stripe) === (lane ?? 0n)) names.push(row.id);
      for (const name of names) if (asked.has(name)) found.set(name, account);
    }
    return found;
  }
}

/** Makes the stripes of a lane on those of these accounts that are striped; answers whether there were any. */
async function openStripes(tx: Tx, ids: readonly string[], lane: bigint): Promise<boolean> {
  // What it has of the account, the trigger puts into it.
  const opened = await tx.query(sql<{ id: string }>`
    insert into ledger_account (id, stripe)
    select id, ${String(lane)}::bigint from ledger_account where id = any(${ids}) and striped and stripe = 0 order by no
    returning id
  `);
  return opened.length > 0;
}

/**
 * One row for each account, from the rows of its stripes: the first of them, with the sums of these fields (decimal strings)
 * of all. The account itself has the lowest number of them.
 */
export function together<F extends string, R extends { readonly id: string } & Readonly<Record<F, string>>>(
  rows: readonly R[],
  fields: readonly F[],
): Map<string, R> {
  const accounts = new Map<string, R>();
  for (const row of rows) {
    const one = accounts.get(row.id);
    const sums = one ? fields.map((field) => [field, String(BigInt(one[field]) + BigInt(row[field]))]) : [];
    accounts.set(row.id, one ? { ...one, ...Object.fromEntries(sums) } : row);
  }
  return accounts;
}

/** What the stripes of striped accounts come to, by id; `locked`, they stay so until the transaction ends. */
export async function selectStripes(
  { query }: Pick<Database | Tx, 'query'>,
  ids: readonly string[],
  strength: 'locked' | 'as they are',
): Promise<Map<string, { readonly balance: bigint; readonly version: bigint }>> {
  if (ids.length === 0) return new Map();
  const rows = await query(sql<{ id: string; balance: string; version: string }>`
    select id, balance, version from ledger_account where id = any(${ids}) and stripe > 0
    order by no ${strength === 'locked' ? sql`for no key update` : sql``}
  `);
  const sums = [...together(rows, ['balance', 'version']).values()];
  return new Map(sums.map(({ id, balance, version }) => [id, { balance: BigInt(balance), version: BigInt(version) }]));
}

/** An account by what of it has entries of its own. */
export interface Strands {
  readonly no: string;
  readonly id: string;
  readonly currency: string;
  readonly normalSide: 'debit' | 'credit';
  readonly version: string;
  /** The stripes of a striped account; null for all others. */
  readonly stripes: readonly { readonly no: string; readonly stripe: string; readonly version: string }[] | null;
}

/** What has entries of its own: an account, or a stripe of one. */
export interface Strand extends Omit<Strands, 'stripes'> {
  /** The number of the stripe; 0 for an account that has none. */
  readonly stripe: number;
}

/** The strands of an account. */
export function strandsOf(account: Strands): Strand[] {
  if (!account.stripes) return [{ ...account, stripe: 0 }];
  return account.stripes.map(({ no, stripe, version }) => ({ ...account, no, stripe: Number(stripe), version }));
}
