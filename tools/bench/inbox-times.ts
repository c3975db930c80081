// How long it took from the commit that booked a transfer until its notices were in the inboxes, as the server's clock has it.
import type { BenchBank } from './bank.ts';
import { withClient } from './client.ts';
import { percentile } from './load.ts';

interface Row {
  readonly id: string;
  readonly ms: number;
}

const COMMITTED = 'extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as ms';

/** The times of all notices of what has happened since, and of the first part of the way: until the relay had numbered the event. */
export async function inboxTimes(bank: BenchBank, from: Date) {
  const told = await read(
    bank,
    'notification',
    `select facts->>'transactionId' as id, ${COMMITTED} from notice
     where occur_time >= $1 and topic in ('money_in', 'money_out')`,
    from,
  );
  const ids = [...new Set(told.map(({ id }) => id))];
  const booked = await read(bank, 'transaction', `select id, ${COMMITTED} from transaction where id = any($1)`, ids);
  const numbered = await read(
    bank,
    'transaction',
    `select aggregate_id as id, ${COMMITTED} from outbox
     where aggregate_id = any($1) and type = 'bank.transaction.v1.TransactionPosted'`,
    ids,
  );
  const at = new Map(booked.map(({ id, ms }) => [id, ms]));
  const since = (rows: readonly Row[]) => Float64Array.from(rows.map(({ id, ms }) => ms - (at.get(id) ?? 0))).sort();
  return { notices: told.length, ms: spanOf(since(told)), until_numbered_ms: spanOf(since(numbered)) };
}

function read(bank: BenchBank, service: string, text: string, value: unknown): Promise<Row[]> {
  return withClient(bank.superuserUrl(service), async (client) => (await client.query<Row>(text, [value])).rows);
}

function spanOf(sorted: Float64Array) {
  const of = (share: number) => Math.round(percentile(sorted, share));
  return { p50: of(0.5), p99: of(0.99), max: of(1) };
}
