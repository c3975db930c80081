import { type RawBuilder, sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Checkpoint } from '#gen/bank/type/v1/proof_pb.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { Context } from '../context.ts';
import { requireDay } from '../dates.ts';
import type { Kind } from '../domain/kinds.ts';
import { refuse } from '../domain/refusals.ts';
import { balanceMessage, entryMessage } from '../messages.ts';

interface Range {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly lateAfter: number | undefined;
}

/** An account with one of its entries, or with none. Amounts are debit-positive. */
interface Row {
  readonly at: string;
  readonly accountId: string;
  readonly currency: string;
  readonly normalSide: 'debit' | 'credit';
  readonly knownVersion: string;
  readonly opening: string;
  readonly closing: string;
  readonly entry: EntryOf | null;
}

/** Numbers inside JSON are written as text: JSON.parse would round them. */
interface EntryOf {
  readonly version: string;
  readonly journalId: string;
  readonly kind: Kind;
  readonly leg: number;
  readonly amount: string;
  readonly balanceAfter: string;
  readonly reversedLeg: number | null;
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly lane: string;
  readonly height: string;
}

/** Lists the entries of many accounts, each of a range of its own, with the checkpoint that covers the newest. */
export function batchListEntries({ database, checkpoints }: Context): Rpcs<typeof LedgerService>['batchListEntries'] {
  return async ({ ranges, entriesMax }) => {
    const asked = ranges.map(({ ledgerAccountId: id, fromDate, toDate, lateAfterVersion: lateAfter }): Range => {
      const [from, to] = [requireDay('from_date', fromDate), requireDay('to_date', toDate)];
      if (from > to) throw refuse('DATE_INVALID', { field: 'to_date' });
      return { id, from, to, lateAfter };
    });
    const rows = await database.query(selectEntries(asked, entriesMax + 1));
    const accounts = [...Map.groupBy(rows, ({ at }) => at).values()].map((found) => accountOf(found, entriesMax));
    const covering = await coveringOf(
      checkpoints,
      accounts.flatMap(({ place }) => place ?? []),
    );
    return {
      accounts: accounts.map(({ place, ...account }) => {
        const checkpoint = place && covering(place);
        return {
          ...account,
          ...(checkpoint && { checkpoint }),
          checkpointPending: place !== undefined && checkpoint === undefined,
        };
      }),
    };
  };
}

/** The rows of one account, as its message says them. */
function accountOf(rows: readonly Row[], entriesMax: number) {
  const [account] = rows;
  if (!account) throw new Error('an account was answered without a row');
  const { accountId, currency, normalSide } = account;
  const truncated = rows.length > entriesMax;
  const listed = truncated ? [] : rows.flatMap(({ entry }) => entry ?? []);
  let running = BigInt(account.opening);
  let newest: EntryOf | undefined;
  const entries = listed.map((entry) => {
    const [amount, version] = [BigInt(entry.amount), BigInt(entry.version)];
    running += amount;
    if (!newest || version > BigInt(newest.version)) newest = entry;
    const numbers = { amount, version, balanceAfter: BigInt(entry.balanceAfter), stripe: 0 };
    return entryMessage({ ...entry, ...numbers, accountId, currency, normalSide }, running);
  });
  return {
    ledgerAccountId: accountId,
    entries,
    truncated,
    openingBalance: balanceMessage(currency, normalSide, BigInt(account.opening)),
    closingBalance: balanceMessage(currency, normalSide, BigInt(account.closing)),
    knownVersion: Number(account.knownVersion),
    place: newest && placeOf(newest),
  };
}

interface Place {
  readonly lane: bigint;
  readonly height: bigint;
}

/** Where the block is that covers an entry; undefined of one that is older than the blocks. */
function placeOf({ lane, height }: EntryOf): Place | undefined {
  return lane === '0' ? undefined : { lane: BigInt(lane), height: BigInt(height) };
}

/** The checkpoints that cover places: the first of a lane covers all up to its height, so it is looked for once. */
async function coveringOf(
  checkpoints: Pick<Checkpoints, 'covering'>,
  places: readonly Place[],
): Promise<(place: Place) => Checkpoint | undefined> {
  const found = new Map<bigint, Checkpoint[]>();
  const of = ({ lane, height }: Place) => found.get(lane)?.find((checkpoint) => checkpoint.height >= height);
  for (const place of places.toSorted((one, other) => Number(one.height - other.height))) {
    if (of(place)) continue;
    const checkpoint = await checkpoints.covering(place.lane, place.height);
    if (checkpoint) found.set(place.lane, [...(found.get(place.lane) ?? []), checkpoint]);
  }
  return of;
}

/**
 * The accounts with the entries of their ranges, `limit` at most of each, and with what the range comes to: what stands now, less what is
 * booked since. One statement, so that all of it is of one moment.
 */
function selectEntries(ranges: readonly Range[], limit: number): RawBuilder<Row> {
  const first = ranges.reduce((least, { from }) => (from < least ? from : least), 'infinity');
  const read = (which: RawBuilder<unknown>) => sql`
    (select * from entry e where e.account_no = a.no and ${which} order by e.booking_date, e.version limit ${limit})
  `;
  const inRange = sql`e.booking_date between a.from_date and a.to_date and e.booking_date >= ${first}::date`;
  const late = sql`e.version > a.late_after and e.booking_date < a.from_date`;
  return sql<Row>`
    with a as (
      select r.at, r.from_date, r.to_date, r.late_after, l.no, l.id, l.currency, l.normal_side, l.version, l.balance
      from unnest(
        ${sqlArray(ranges.map(({ id }) => id))}::text[],
        ${sqlArray(ranges.map(({ from }) => from))}::date[],
        ${sqlArray(ranges.map(({ to }) => to))}::date[],
        ${sqlArray(ranges.map(({ lateAfter }) => (lateAfter === undefined ? null : String(lateAfter))))}::bigint[]
      ) with ordinality as r (id, from_date, to_date, late_after, at)
      join ledger_account l on l.id = r.id and l.stripe = 0 and not l.striped
    )
    select a.at, a.id as "accountId", a.currency, a.normal_side as "normalSide", a.version as "knownVersion",
      a.balance - since.amount - late.amount as opening, a.balance - since.later as closing,
      case when e.journal_no is not null then json_build_object(
        'version', e.version::text, 'journalId', j.id, 'kind', j.kind, 'leg', e.leg, 'amount', e.amount::text,
        'balanceAfter', e.balance_after::text, 'reversedLeg', e.reversed_leg, 'bookingDate', e.booking_date,
        'valueDate', e.value_date, 'lane', j.lane_no::text, 'height', j.block_height::text
      ) end as entry
    from a
    cross join lateral (
      select coalesce(sum(amount), 0) as amount, coalesce(sum(amount) filter (where booking_date > a.to_date), 0) as later
      from entry e where e.account_no = a.no and e.booking_date >= a.from_date and e.booking_date >= ${first}::date
    ) since
    cross join lateral (select coalesce(sum(amount), 0) as amount from entry e where e.account_no = a.no and ${late}) late
    left join lateral (${read(inRange)} union all ${read(late)}) e on true
    left join journal j on j.no = e.journal_no
    order by a.at, e.booking_date, e.version
  `;
}
