// Reads journals: posted ones with their entries, and those that were refused.
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import type { Kind } from './domain/kinds.ts';
import type { InLane } from './lanes.ts';
import type { Chained, EntryRow, JournalRow } from './messages.ts';
import type { RefusedRow } from './tables.ts';

interface PlaceRow {
  lane: string;
  height: string;
  position: string;
  fingerprint: Buffer;
}

interface Row extends PlaceRow {
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
  /** Null where somebody has taken them away. */
  entries:
    | {
        accountId: string;
        stripe: number;
        currency: string;
        normalSide: 'debit' | 'credit';
        version: string;
        leg: number;
        amount: string;
        balanceAfter: string;
        reversedLeg: number | null;
        bookingDate: string;
        valueDate: string;
      }[]
    | null;
}

const PLACE = sql`j.lane_no as lane, j.block_height as height, j.position, j.fingerprint`;

/** The posted journals that `which` (a condition on journal `j`) selects, by their places; at most `limit`. */
export async function readJournals(
  database: Database,
  which: RawBuilder<unknown>,
  limit: number,
): Promise<(JournalRow & InLane & { readonly chained: Chained })[]> {
  // Numbers inside JSON are written as text: JSON.parse would round them.
  const rows = await database.query(sql<Row>`
    select ${PLACE}, j.id, j.kind, j.booking_date::text as "bookingDate", j.value_date::text as "valueDate",
      j.known_time::text as "knownTime", j.owner, o.id as "reversedId", c.id as "correctedId", j.metadata,
      (select h.id from hold_step s join hold h on h.no = s.hold_no where s.journal_no = j.no) as "capturedId",
      (
        select json_agg(
          json_build_object(
            'accountId', a.id, 'stripe', a.stripe, 'currency', a.currency, 'normalSide', a.normal_side, 'version', e.version::text,
            'leg', e.leg, 'amount', e.amount::text, 'balanceAfter', e.balance_after::text, 'reversedLeg', e.reversed_leg,
            'bookingDate', e.booking_date, 'valueDate', e.value_date
          ) order by e.leg
        )
        from entry e join ledger_account a on a.no = e.account_no
        where e.journal_no = j.no and e.booking_date = j.booking_date
      ) as entries
    from journal j
    left join journal o on o.no = j.reversed_no
    left join journal c on c.no = j.corrected_no
    where j.refusal is null and ${which}
    order by j.lane_no, j.position
    limit ${limit}
  `);
  return rows.map(({ entries, ...row }) => ({
    ...row,
    ...inLane(row),
    knownTime: new Date(row.knownTime),
    metadata: row.metadata ?? {},
    entries: (entries ?? []).map(
      (entry): EntryRow => ({
        ...entry,
        version: BigInt(entry.version),
        amount: BigInt(entry.amount),
        balanceAfter: BigInt(entry.balanceAfter),
        journalId: row.id,
        kind: row.kind,
      }),
    ),
  }));
}

/** The refused journals that `which` (a condition on journal `j`) selects, by their places; at most `limit`. */
export async function readRefused(
  database: Database,
  which: RawBuilder<unknown>,
  limit: number,
): Promise<(Omit<RefusedRow, 'no'> & InLane & { readonly chained: Chained })[]> {
  const rows = await database.query(sql<PlaceRow & Omit<RefusedRow, 'no' | 'knownTime'> & { knownTime: string }>`
    select ${PLACE}, j.id, j.kind, j.owner, j.known_time::text as "knownTime", j.refusal
    from journal j
    where j.refusal is not null and ${which}
    order by j.lane_no, j.position
    limit ${limit}
  `);
  return rows.map((row) => ({ ...row, ...inLane(row), knownTime: new Date(row.knownTime) }));
}

function inLane({ lane, height, position, fingerprint }: PlaceRow): InLane & { readonly chained: Chained } {
  const place = { laneNumber: BigInt(lane), height: BigInt(height), position: BigInt(position) };
  return { lane, at: position, chained: { place, fingerprint } };
}
