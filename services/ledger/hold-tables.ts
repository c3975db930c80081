// The statements of holds. What moves a hold, and what is held of accounts, is the trigger on its steps.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Hold, HoldStep } from './domain/hold.ts';

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

/** Holds `h` as their steps `s` that `which` selects left them, in the order in which they were placed. */
export async function readHolds(
  { query }: { query<Row>(statement: RawBuilder<Row>): Promise<Row[]> },
  which: RawBuilder<unknown>,
  limit = 2_000,
): Promise<Hold[]> {
  const rows = await query(sql<HoldRow>`
    select h.no, h.id, h.kind, d.id as "debitId", c.id as "creditId", d.currency, h.amount,
      h.capture_limit as "captureLimit", h.owner, s.state, s.version, s.captured, s.held,
      s.expire_time::text as "expireTime"
    from hold h
    join hold_step s on s.hold_no = h.no
    join ledger_account d on d.no = h.debit_account_no
    join ledger_account c on c.no = h.credit_account_no
    where ${which}
    order by h.no
    limit ${limit}
  `);
  return rows.map((row) => ({
    ...row,
    no: BigInt(row.no),
    amount: BigInt(row.amount),
    captureLimit: BigInt(row.captureLimit),
    version: BigInt(row.version),
    captured: BigInt(row.captured),
    held: BigInt(row.held),
    expireTime: Date.parse(row.expireTime),
  }));
}

/** Selects holds as they stand now. */
export const NOW = sql`s.version = h.version`;

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

/** Writes steps, all in one statement: its trigger checks the laws, and moves the holds and what is held. */
export function insertSteps(rows: readonly StepRow[]): RawBuilder<unknown> {
  const steps = rows.map(({ taken }) => taken?.step);
  return sql`
    insert into hold_step (no, key, hold_no, version, kind, amount, journal_no, state, captured, held, held_change,
      expire_time, fingerprint, refusal)
    select no, key, hold_no, version, kind, amount, (select j.no from journal j where j.id = journal_id), state, captured,
      held, held_change, expire_time, fingerprint, refusal
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
    ) as r (no, key, hold_no, version, kind, amount, journal_id, state, captured, held, held_change, expire_time,
      fingerprint, refusal)
  `;
}
