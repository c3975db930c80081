// Reads the general ledger's own postings: what every batch of entries came to, by line, currency, day and kind.
import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import type { LineTotal } from './domain/statements.ts';

/** Which postings count. */
export interface PostingFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Without what the closing of periods booked. */
  readonly withoutClosings?: boolean;
}

/** What stands on every line on which anything is booked, by number. */
export async function readLineTotals(database: Database, filter: PostingFilter): Promise<LineTotal[]> {
  const { from = '-infinity', to = 'infinity', withoutClosings = false } = filter;
  const rows = await database.query(sql<Omit<LineTotal, 'balance'> & { balance: string }>`
    select g.code, g.display_name as name, g.type, p.currency, sum(p.debit - p.credit)::text as balance
    from general_ledger_posting p join general_ledger_account g on g.code = p.code
    where p.booking_date between ${from}::date and ${to}::date
      and (p.kind <> 'period_close' or not ${withoutClosings}::boolean)
    group by g.code, p.currency order by g.code
  `);
  return rows.map((row) => ({ ...row, balance: BigInt(row.balance) }));
}
