// What a bank has written to disk.
import pg from 'pg';
import { services } from '../../services/_testbed/services.ts';
import type { BenchBank } from './bank.ts';

/** Bytes until now: in the files of the services' databases, and in all of the write-ahead log. */
export interface DiskUse {
  readonly databases: number;
  readonly log: number;
}

/** Reads how much a bank's server has written. */
export async function diskUse({ postgres }: BenchBank): Promise<DiskUse> {
  const client = new pg.Client({ connectionString: postgres.superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ databases: string; log: string }>(
      `select sum(pg_database_size(datname)) as databases, pg_current_wal_lsn() - '0/0' as log
       from pg_database where datname = any($1)`,
      [services.map(({ name }) => name)],
    );
    return { databases: Number(rows[0]?.databases), log: Number(rows[0]?.log) };
  } finally {
    await client.end();
  }
}
