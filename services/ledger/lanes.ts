// Lists that go lane by lane. In a lane everything comes in its order, so that a cursor per lane misses nothing, whichever
// process commits first.
import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';

/** Something that stands in a lane, at a place of its own. */
export interface InLane {
  readonly lane: string;
  readonly at: string;
}

/** A page of such things. */
export interface LanePage<Row> {
  readonly rows: readonly Row[];
  /** Where to go on: `lane:at` of the last row of each lane. */
  readonly position: readonly string[];
  readonly more: boolean;
}

/** Reads a page: from each lane what comes after its cursor, lane by lane until there is enough. */
export async function readLanes<Row extends InLane>(
  database: Database,
  { size, after }: { readonly size: number; readonly after: readonly string[] | undefined },
  read: (lane: string, after: string, limit: number) => Promise<readonly Row[]>,
): Promise<LanePage<Row>> {
  const cursors = new Map(after?.map((cursor) => cursor.split(':') as [string, string]));
  const lanes = await database.query(ALL_LANES);
  const found: Row[] = [];
  for (const { no } of lanes) {
    if (found.length > size) break;
    found.push(...(await read(no, cursors.get(no) ?? '-1', size + 1 - found.length)));
  }
  const rows = found.slice(0, size);
  for (const { lane, at } of rows) cursors.set(lane, at);
  return { rows, position: [...cursors].map(([lane, at]) => `${lane}:${at}`), more: found.length > size };
}

/** The lanes, and those that somebody has written to without there being such a lane. Each is one look into an index. */
const ALL_LANES = sql<{ no: string }>`
  with recursive used (no) as (
    select min(lane_no) from journal
    union all select (select min(lane_no) from journal where lane_no > used.no) from used where used.no is not null
  ), chained (no) as (
    select min(lane_no) from block
    union all select (select min(lane_no) from block where lane_no > chained.no) from chained where chained.no is not null
  ), stepped (no) as (
    select min(lane_no) from hold_step
    union all
    select (select min(lane_no) from hold_step where lane_no > stepped.no) from stepped where stepped.no is not null
  )
  select no
  from (select no from lane union select no from used union select no from chained union select no from stepped) l
  where no is not null order by no
`;
