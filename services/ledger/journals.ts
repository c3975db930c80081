// Reads journals with their entries.
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import type { Kind } from './domain/kinds.ts';
import type { EntryRow, JournalRow } from './messages.ts';

interface Row {
  no: string;
  id: string;
  kind: Kind;
  bookingDate: string;
  valueDate: string;
  knownTime: string;
  owner: string;
  reversedId: string | null;
  correctedId: string | null;
  capturedId: string | null;
  metadata: Record<string, string> | null;
  entries: {
    accountId: string;
    currency: string;
    normalSide: 'debit' | 'credit';
    version: string;
    leg: number;
    amount: string;
    balanceAfter: string;
  }[];
}

/** The posted journals that `which` (a condition on journal `j`) selects, by number; at most `limit`. */
export async function readJournals(
  database: Database,
  which: RawBuilder<unknown>,
  limit: number,
): Promise<(JournalRow & { no: string })[]> {
  // Numbers inside JSON are written as text: JSON.parse would round them.
  const rows = await database.query(sql<Row>`
    select j.no, j.id, j.kind, j.booking_date::text as "bookingDate", j.value_date::text as "valueDate",
      j.known_time::text as "knownTime", j.owner, o.id as "reversedId", c.id as "correctedId", j.metadata,
      (select h.id from hold_step s join hold h on h.no = s.hold_no where s.journal_no = j.no) as "capturedId",
      (
        select json_agg(
          json_build_object(
            'accountId', a.id, 'currency', a.currency, 'normalSide', a.normal_side, 'version', e.version::text,
            'leg', e.leg, 'amount', e.amount::text, 'balanceAfter', e.balance_after::text
          ) order by e.leg
        )
        from entry e join ledger_account a on a.no = e.account_no
        where e.journal_no = j.no
      ) as entries
    from journal j
    left join journal o on o.no = j.reversed_no
    left join journal c on c.no = j.corrected_no
    where j.refusal is null and ${which}
    order by j.no
    limit ${limit}
  `);
  return rows.map(({ entries, ...row }) => ({
    ...row,
    knownTime: new Date(row.knownTime),
    metadata: row.metadata ?? {},
    entries: entries.map(
      (entry): EntryRow => ({
        ...entry,
        version: BigInt(entry.version),
        amount: BigInt(entry.amount),
        balanceAfter: BigInt(entry.balanceAfter),
        journalId: row.id,
        kind: row.kind,
        bookingDate: row.bookingDate,
        valueDate: row.valueDate,
      }),
    ),
  }));
}
