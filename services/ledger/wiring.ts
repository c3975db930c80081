// Reads the wiring of the general ledger: once, and checked, before the ledger serves anybody.
import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { type ChartLine, type Wiring, wiringFaults } from './domain/wiring.ts';

/** The chart of accounts, by number. */
export function readChart(database: Pick<Database, 'query'>): Promise<ChartLine[]> {
  return database.query(sql<ChartLine>`
    select code, display_name as name, type from general_ledger_account order by code
  `);
}

/** The wiring as migrations left it, read the first time that it is asked for. Throws when anything is wrong with it. */
export function wiringOf(database: Database): () => Promise<Wiring> {
  let read: Promise<Wiring> | undefined;
  return () => {
    read ??= readWiring(database).catch((error: unknown) => {
      read = undefined;
      throw error;
    });
    return read;
  };
}

async function readWiring(database: Database): Promise<Wiring> {
  const [rows, chart] = await Promise.all([
    database.query(
      sql<{ kind: string; code: string }>`select kind, code from general_ledger_wiring order by kind, code`,
    ),
    readChart(database),
  ]);
  const byKind = Map.groupBy(rows, ({ kind }) => kind);
  const wiring: Wiring = new Map([...byKind].map(([kind, wired]) => [kind, new Set(wired.map(({ code }) => code))]));
  const faults = wiringFaults(wiring, chart);
  if (faults.length > 0) throw new Error(`the general ledger is not wired: ${faults.join('; ')}`);
  return wiring;
}
