// After everything: whether the books hold what the bank said that it did.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { deriveId } from '#chassis/id.ts';
import { checkLaws } from '../../services/_testbed/laws.ts';
import type { BenchBank } from './bank.ts';

const AT_ONCE = 50_000;
const SETTLED_MS = 30_000;

/**
 * Checks the ledger's laws, and that every transfer that was answered is in the books, once, and no other is: that there are
 * as many posted transfers as answers. `answeredFile` has the ids of the answered: of transactions those of the edge, of
 * journals those of the ledger. `unanswered` calls failed, and may have been booked. Answers how many were answered.
 */
export async function checkBooks(bank: BenchBank, answeredFile: string, unanswered: number): Promise<number> {
  const ids = await linesOf(answeredFile);
  if (new Set(ids).size !== ids.length) throw new Error('two calls were answered with the same transfer');
  const transactionIds = ids.filter((id) => id.startsWith('txn_'));
  await whenSettled(bank.superuserUrl('transaction'));
  await holds(bank.superuserUrl('transaction'), {
    what: 'transactions',
    found: "select count(*) from transaction where id = any($1) and state = 'posted'",
    all: "select count(*) from transaction where type = 'transfer' and state = 'posted'",
    ids: transactionIds,
    unanswered,
  });
  await holds(bank.superuserUrl('ledger'), {
    what: 'journals',
    found: "select count(*) from journal where id = any($1) and kind = 'transfer' and refusal is null",
    all: "select count(*) from journal where kind = 'transfer' and refusal is null",
    ids: ids.map((id) => (id.startsWith('txn_') ? deriveId('jnl', id) : id)),
    unanswered,
  });
  await checkLaws(bank.superuserUrl('ledger'));
  return ids.length;
}

interface Held {
  readonly what: string;
  /** Counts those of $1 that are there; and all there are. */
  readonly found: string;
  readonly all: string;
  readonly ids: readonly string[];
  readonly unanswered: number;
}

async function holds(url: string, { what, found, all, ids, unanswered }: Held): Promise<void> {
  await withClient(url, async (client) => {
    const count = async (statement: string, values: unknown[] = []) =>
      Number((await client.query<{ count: string }>(statement, values)).rows[0]?.count);
    let there = 0;
    for (let from = 0; from < ids.length; from += AT_ONCE)
      there += await count(found, [ids.slice(from, from + AT_ONCE)]);
    if (there !== ids.length) throw new Error(`${ids.length - there} of ${ids.length} answered ${what} are not there`);
    const more = (await count(all)) - ids.length;
    if (more > unanswered) throw new Error(`there are ${more} ${what} more than answers`);
  });
}

/** What was answered is settled a little later. */
async function whenSettled(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const end = Date.now() + SETTLED_MS;
    while ((await client.query("select from command where state = 'planned' limit 1")).rowCount) {
      if (Date.now() > end) throw new Error('transfers stay unsettled');
      await sleep(50);
    }
  });
}

async function withClient(connectionString: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function linesOf(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) lines.push(line);
  return lines;
}
