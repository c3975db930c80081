// The statements of holds. What moves a hold, and what is held of accounts, is the trigger on its steps.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Place } from './chain.ts';
import type { Hold, HoldStep } from './domain/hold.ts';
import type { InLane } from './lanes.ts';
import { holdMessage, type RefusedStepContent, type StepContent } from './messages.ts';

/** A step as it is read from the database, and one that was refused. */
export type SteppedRow = StepContent & InLane;
export type RefusedStepRow = RefusedStepContent & InLane;

interface HoldRow {
  readonly no: string;
  readonly id: string;
  readonly kind: Hold['kind'];
  readonly debitId: string;
  readonly creditId: string;
  readonly currency: string;
  readonly amount: string;
  readonly captureLimit: string;
  readonly owner: string;
  readonly state: Hold['state'];
  readonly version: string;
  readonly captured: string;
  readonly held: string;
  readonly expireTime: string;
}

type Query = { query<Row>(statement: RawBuilder<Row>): Promise<Row[]> };

const TERMS = sql`h.no, h.id, h.kind, d.id as "debitId", c.id as "creditId", d.currency, h.amount,
  h.capture_limit as "captureLimit", h.owner`;
const ACCOUNTS = sql`join ledger_account d on d.no = h.debit_account_no join ledger_account c on c.no = h.credit_account_no`;

/** The holds `h` that `which` selects, as they stand, in the order in which they were placed; at most `limit`. */
export async function readHolds({ query }: Query, which: RawBuilder<unknown>, limit = 1): Promise<Hold[]> {
  // One that no step has placed was put there by somebody else; it is shown as holding nothing.
  const rows = await query(sql<HoldRow>`
    select ${TERMS}, coalesce(h.state, 'expired') as state, h.version, h.captured, h.held,
      coalesce(h.expire_time, 'epoch')::text as "expireTime"
    from hold h ${ACCOUNTS}
    where ${which}
    order by h.no
    limit ${limit}
  `);
  return rows.map(holdOf);
}

/** The hold `h` as the step `s` that `which` selects has left it. */
export async function readHoldAfter({ query }: Query, which: RawBuilder<unknown>): Promise<Hold | undefined> {
  const [row] = await query(sql<HoldRow>`select ${TERMS}, ${STANDING} from hold_step s ${OF_HOLDS} where ${which}`);
  return row && holdOf(row);
}

const STANDING = sql`s.state, s.version, s.captured, s.held, s.expire_time::text as "expireTime"`;
const OF_HOLDS = sql`join hold h on h.no = s.hold_no ${ACCOUNTS}`;

function holdOf(row: HoldRow): Hold {
  return {
    ...row,
    no: BigInt(row.no),
    amount: BigInt(row.amount),
    captureLimit: BigInt(row.captureLimit),
    version: BigInt(row.version),
    captured: BigInt(row.captured),
    held: BigInt(row.held),
    expireTime: Date.parse(row.expireTime),
  };
}

interface PlaceRow {
  readonly lane: string;
  readonly height: string;
  readonly position: string;
  readonly key: string | null;
  readonly fingerprint: Buffer | null;
  readonly knownTime: string;
  readonly step: HoldStep['kind'];
}

const OF_STEP = sql`s.lane_no as lane, s.block_height as height, s.position, s.key, s.fingerprint,
  s.known_time::text as "knownTime", s.kind as step`;

/** The steps of holds in a lane after a position, and those that were refused, by position; at most `limit`. */
export async function readSteps(
  { query }: Query,
  { lane, after, limit }: { readonly lane: string; readonly after: string; readonly limit: number },
): Promise<(SteppedRow | RefusedStepRow)[]> {
  const which = sql`s.lane_no = ${lane} and s.position > ${after}::bigint`;
  const end = sql`order by s.position limit ${limit}`;
  const taken = await query(sql<
    PlaceRow & HoldRow & { captures: string | null; change: string; journal: string | null }
  >`
    select ${OF_STEP}, ${TERMS}, ${STANDING}, s.amount as captures, s.held_change as change, j.id as journal
    from hold_step s ${OF_HOLDS} left join journal j on j.no = s.journal_no
    where s.refusal is null and ${which} ${end}
  `);
  const refused = await query(sql<PlaceRow & { refusal: Buffer }>`
    select ${OF_STEP}, s.refusal from hold_step s where s.refusal is not null and ${which} ${end}
  `);
  return [
    ...taken.map((row) => ({
      ...inLane(row),
      message: holdMessage(holdOf(row)),
      capturedAmount: row.captures === null ? null : BigInt(row.captures),
      heldChange: BigInt(row.change),
      journalId: row.journal,
    })),
    ...refused.map((row) => ({ ...inLane(row), refusal: row.refusal })),
  ]
    .sort((a, b) => (BigInt(a.at) < BigInt(b.at) ? -1 : 1))
    .slice(0, limit);
}

function inLane({ lane, height, position, key, fingerprint, knownTime, step: kind }: PlaceRow) {
  const place = { laneNumber: BigInt(lane), height: BigInt(height), position: BigInt(position) };
  return { lane, at: position, kind, key, knownTime: new Date(knownTime), fingerprint, place };
}

/** The ledger accounts of holds. They never change, so that they can be read before they are locked. */
export function selectAccountsOfHolds(holdIds: readonly string[]): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select distinct a.id from hold h join ledger_account a on a.no in (h.debit_account_no, h.credit_account_no)
    where h.id = any(${holdIds})
  `;
}

/** What is known of the key of a hold's step: taken, or refused. */
export interface KnownStepRow {
  readonly key: string;
  readonly fingerprint: Buffer;
  readonly version: string | null;
  readonly knownTime: string;
  readonly refusal: Buffer | null;
}

/** The steps among these keys that were taken or refused before. */
export function selectKnownSteps(keys: readonly string[]): RawBuilder<KnownStepRow> {
  return sql<KnownStepRow>`
    select key, fingerprint, version, known_time::text as "knownTime", refusal from hold_step where key = any(${keys})
  `;
}

/** The holds whose time has passed, the oldest first. */
export function selectDueHolds(now: Date, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from hold where state = 'open' and expire_time <= ${now.toISOString()}::timestamptz
    order by expire_time limit ${limit}
  `;
}

/** Writes the holds of a batch. Each has the number of the step that places it. */
export function insertHolds(holds: readonly Hold[]): RawBuilder<unknown> {
  return sql`
    insert into hold (no, id, kind, debit_account_no, credit_account_no, amount, capture_limit, owner)
    select r.no, r.id, kind, d.no, c.no, amount, capture_limit, owner
    from unnest(
      ${sqlArray(holds.map(({ no }) => no))}::bigint[],
      ${sqlArray(holds.map(({ id }) => id))}::text[],
      ${sqlArray(holds.map(({ kind }) => kind))}::text[],
      ${sqlArray(holds.map(({ debitId }) => debitId))}::text[],
      ${sqlArray(holds.map(({ creditId }) => creditId))}::text[],
      ${sqlArray(holds.map(({ amount }) => amount))}::bigint[],
      ${sqlArray(holds.map(({ captureLimit }) => captureLimit))}::bigint[],
      ${sqlArray(holds.map(({ owner }) => owner))}::text[]
    ) as r (no, id, kind, debit_id, credit_id, amount, capture_limit, owner)
    join ledger_account d on d.id = r.debit_id
    join ledger_account c on c.id = r.credit_id
  `;
}

/** A step to write, taken or refused. */
export interface StepRow {
  readonly no: bigint;
  readonly kind: HoldStep['kind'];
  readonly key: string | null;
  readonly fingerprint: Buffer | null;
  readonly taken: { readonly holdNo: bigint; readonly step: HoldStep; readonly journalId: string | null } | undefined;
  readonly refusal: Buffer | null;
}

/** Writes steps from the first of their places, all in one statement: its trigger checks the laws, and moves the holds and what is held. */
export function insertSteps(rows: readonly StepRow[], place: Place): RawBuilder<unknown> {
  const steps = rows.map(({ taken }) => taken?.step);
  return sql`
    insert into hold_step (no, key, hold_no, version, kind, amount, journal_no, state, captured, held, held_change,
      expire_time, fingerprint, refusal, lane_no, block_height, position)
    select no, key, hold_no, version, kind, amount, (select j.no from journal j where j.id = journal_id), state, captured,
      held, held_change, expire_time, fingerprint, refusal,
      ${place.lane}::bigint, ${place.height}::bigint, ${place.first}::bigint + ordinal - 1
    from unnest(
      ${sqlArray(rows.map(({ no }) => no))}::bigint[],
      ${sqlArray(rows.map(({ key }) => key))}::text[],
      ${sqlArray(rows.map(({ taken }) => taken?.holdNo ?? null))}::bigint[],
      ${sqlArray(steps.map((step) => step?.version ?? null))}::bigint[],
      ${sqlArray(rows.map(({ kind }) => kind))}::text[],
      ${sqlArray(steps.map((step) => step?.amount ?? null))}::bigint[],
      ${sqlArray(rows.map(({ taken }) => taken?.journalId ?? null))}::text[],
      ${sqlArray(steps.map((step) => step?.state ?? null))}::text[],
      ${sqlArray(steps.map((step) => step?.captured ?? null))}::bigint[],
      ${sqlArray(steps.map((step) => step?.held ?? null))}::bigint[],
      ${sqlArray(steps.map((step) => step?.heldChange ?? null))}::bigint[],
      ${sqlArray(steps.map((step) => (step ? new Date(step.expireTime).toISOString() : null)))}::timestamptz[],
      ${sqlArray(rows.map(({ fingerprint }) => fingerprint))}::bytea[],
      ${sqlArray(rows.map(({ refusal }) => refusal))}::bytea[]
    ) with ordinality as r (no, key, hold_no, version, kind, amount, journal_id, state, captured, held, held_change,
      expire_time, fingerprint, refusal, ordinal)
  `;
}
