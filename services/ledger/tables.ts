// The ledger's tables, and the statements of the path of money. Rows are read with their amounts as bigint, their dates
// as YYYY-MM-DD. What changes seldom (a ledger account's limits, freeze and state) goes through the entity.
import { defineEntity, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { refuseCall } from '#chassis/errors.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Place } from './chain.ts';
import { correctedNos } from './corrections.ts';
import type { AccountState, Days } from './domain/core.ts';
import type { Kind } from './domain/kinds.ts';
import type { Original } from './domain/reversal.ts';
import type { Booked } from './posting.ts';

/** A ledger account. Its balance, version and what is held are the triggers': the runtime role may not write them. */
const LedgerAccountSchema = defineEntity({
  name: 'LedgerAccountRow',
  tableName: 'ledger_account',
  properties: {
    no: p.bigint().primary(),
    id: p.text(),
    striped: p.boolean(),
    /** 0 is the account itself, of which callers know; the others are its stripes, each by the number of its lane. */
    stripe: p.bigint(),
    accountId: p.text().nullable(),
    currency: p.text(),
    normalSide: p.text().$type<'debit' | 'credit'>(),
    generalLedgerCode: p.text(),
    state: p.text().$type<'open' | 'migrating' | 'closed'>(),
    floor: p.bigint().nullable(),
    ceiling: p.bigint().nullable(),
    decreaseFrozen: p.boolean(),
    increaseFrozen: p.boolean(),
    balance: p.bigint(),
    version: p.bigint(),
    held: p.bigint(),
    pendingIn: p.bigint(),
    revision: p.bigint(),
    createTime: p.datetime(),
  },
});

export class LedgerAccountRow extends LedgerAccountSchema.class {}
LedgerAccountSchema.setClass(LedgerAccountRow);

export const entities = [LedgerAccountSchema];

/** The terms of a ledger account; what is absent is as it is at its opening. */
export type AccountTerms = Pick<
  LedgerAccountRow,
  'id' | 'accountId' | 'currency' | 'normalSide' | 'generalLedgerCode' | 'state' | 'floor' | 'ceiling'
> &
  Partial<
    Pick<
      LedgerAccountRow,
      'striped' | 'decreaseFrozen' | 'increaseFrozen' | 'balance' | 'version' | 'held' | 'pendingIn' | 'createTime'
    >
  >;

/** Opens ledger accounts. Their balance and version are not in the statement: the runtime role may not write them. */
export function insertAccounts(terms: readonly AccountTerms[]): RawBuilder<unknown> {
  // In one order, whoever opens several: two that open the same ones wait for each other, and not both for ever.
  const rows = terms.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return sql`
    insert into ledger_account (id, account_id, currency, normal_side, general_ledger_code, state, floor, ceiling,
      striped)
    select * from unnest(
      ${sqlArray(rows.map(({ id }) => id))}::text[],
      ${sqlArray(rows.map(({ accountId }) => accountId ?? null))}::text[],
      ${sqlArray(rows.map(({ currency }) => currency))}::text[],
      ${sqlArray(rows.map(({ normalSide }) => normalSide))}::text[],
      ${sqlArray(rows.map(({ generalLedgerCode }) => generalLedgerCode))}::text[],
      ${sqlArray(rows.map(({ state }) => state))}::text[],
      ${sqlArray(rows.map(({ floor }) => floor ?? null))}::bigint[],
      ${sqlArray(rows.map(({ ceiling }) => ceiling ?? null))}::bigint[],
      ${sqlArray(rows.map(({ striped }) => striped ?? false))}::boolean[]
    )
  `;
}

/** Opens those that are not there. */
export function insertMissingAccounts(rows: readonly AccountTerms[]): RawBuilder<unknown> {
  return sql`${insertAccounts(rows)} on conflict do nothing`;
}

/** A ledger account as the statements below read it. */
export type AccountRow = Omit<
  AccountState,
  'no' | 'stripe' | 'floor' | 'ceiling' | 'balance' | 'version' | 'held' | 'pendingIn'
> & {
  readonly no: string;
  readonly stripe?: string | null;
  readonly floor: string | null;
  readonly ceiling: string | null;
  readonly balance: string;
  readonly version: string;
  readonly held: string;
  readonly pendingIn: string;
};

/** A ledger account as the statements of the path of money read it. */
export const ACCOUNT = sql`no, id, currency, normal_side as "normalSide", state, floor, ceiling, decrease_frozen as "decreaseFrozen",
  increase_frozen as "increaseFrozen", account_id is not null as customer,
  general_ledger_code as "generalLedgerCode", balance, version, held, pending_in as "pendingIn",
  case when striped then stripe end as stripe`;

/** A ledger account as the core sees it. */
export function accountState({ stripe, ...row }: AccountRow): AccountState {
  return {
    ...row,
    no: BigInt(row.no),
    ...(stripe != null && { stripe: BigInt(stripe) }),
    floor: row.floor === null ? null : BigInt(row.floor),
    ceiling: row.ceiling === null ? null : BigInt(row.ceiling),
    balance: BigInt(row.balance),
    version: BigInt(row.version),
    held: BigInt(row.held),
    pendingIn: BigInt(row.pendingIn),
  };
}

const DAY_READS_MAX = 3;

/**
 * The business dates on which journals may be booked, held until the transaction ends: `share` so that no day turns
 * meanwhile, `update` to turn one. A statement that waited while another transaction turned the day sees the old day
 * closing and the new one not yet: it looks again.
 */
export async function lockDays(tx: Pick<Tx, 'query'>, strength: 'share' | 'update'): Promise<Days> {
  for (let read = 0; read < DAY_READS_MAX; read += 1) {
    const rows = await tx.query(sql<{ date: string; state: 'open' | 'closing' }>`
      select date::text, state from business_day where state <> 'closed' order by date
      for ${strength === 'share' ? sql`share` : sql`update`}
    `);
    const open = rows.find(({ state }) => state === 'open');
    if (open) {
      return { open: open.date, closing: rows.filter(({ state }) => state === 'closing').map(({ date }) => date) };
    }
  }
  throw refuseCall('SERVICE_UNAVAILABLE');
}

/** What is known of a journal id: posted, or refused. */
export interface KnownJournalRow {
  readonly id: string;
  readonly fingerprint: Buffer;
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly knownTime: string;
  readonly refusal: Buffer | null;
}

/** The journals among these ids that were posted or refused before. */
export function selectKnownJournals(ids: readonly string[]): RawBuilder<KnownJournalRow> {
  return sql<KnownJournalRow>`
    select id, fingerprint, booking_date::text as "bookingDate", value_date::text as "valueDate",
      known_time::text as "knownTime", refusal
    from journal where id = any(${ids})
  `;
}

/** Writes the journals of a batch, from the first of their places. */
export function insertJournals(journals: readonly Booked[], knownTime: Date, place: Place): RawBuilder<unknown> {
  return sql`
    insert into journal (no, id, kind, value_date, booking_date, known_time, owner, reversed_no,
      corrected_no, leg_count, fingerprint, metadata, lane_no, block_height, position)
    select no, id, kind, value_date, booking_date, ${knownTime.toISOString()}::timestamptz, owner,
      (select original.no from journal original where original.id = reversed_id), corrected_no, leg_count, fingerprint, metadata,
      ${place.lane}::bigint, ${place.height}::bigint, ${place.first}::bigint + ordinal - 1
    from unnest(
      ${sqlArray(journals.map(({ no }) => no))}::bigint[],
      ${sqlArray(journals.map(({ draft }) => draft.id))}::text[],
      ${sqlArray(journals.map(({ journal }) => journal.kind))}::text[],
      ${sqlArray(journals.map(({ posted }) => posted.valueDate))}::date[],
      ${sqlArray(journals.map(({ posted }) => posted.bookingDate))}::date[],
      ${sqlArray(journals.map(({ draft }) => draft.owner))}::text[],
      ${sqlArray(journals.map(({ reversed }) => reversed?.id ?? null))}::text[],
      ${sqlArray(correctedNos(journals))}::bigint[],
      ${sqlArray(journals.map(({ journal }) => journal.legs.length))}::smallint[],
      ${sqlArray(journals.map(({ draft }) => draft.fingerprint))}::bytea[],
      ${sqlArray(journals.map(({ draft }) => metadataOf(draft.metadata)))}::jsonb[]
    ) with ordinality
      as j (no, id, kind, value_date, booking_date, owner, reversed_id, corrected_no, leg_count, fingerprint, metadata, ordinal)
  `;
}

function metadataOf(metadata: Readonly<Record<string, string>>): string | null {
  return Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata);
}

/** Writes the entries of a batch, all in one statement: its trigger checks the laws and moves the balances. */
export function insertEntries(journals: readonly Booked[]): RawBuilder<unknown> {
  const entries = journals.flatMap(({ no, posted }) => posted.entries.map((entry) => ({ no, posted, entry })));
  return sql`
    insert into entry (account_no, version, journal_no, leg, amount, balance_after, booking_date, value_date, reversed_leg)
    select * from unnest(
      ${sqlArray(entries.map(({ entry }) => entry.account.no))}::bigint[],
      ${sqlArray(entries.map(({ entry }) => entry.version))}::bigint[],
      ${sqlArray(entries.map(({ no }) => no))}::bigint[],
      ${sqlArray(entries.map(({ entry }) => entry.leg))}::smallint[],
      ${sqlArray(entries.map(({ entry }) => entry.amount))}::bigint[],
      ${sqlArray(entries.map(({ entry }) => entry.balanceAfter))}::bigint[],
      ${sqlArray(entries.map(({ posted }) => posted.bookingDate))}::date[],
      ${sqlArray(entries.map(({ posted }) => posted.valueDate))}::date[],
      ${sqlArray(entries.map(({ entry }) => entry.reversedLeg))}::smallint[]
    )
  `;
}

/** A journal that was refused. */
export interface RefusedRow {
  readonly no: bigint;
  readonly id: string;
  readonly kind: Kind;
  readonly owner: string;
  readonly knownTime: Date;
  readonly fingerprint: Buffer;
  readonly refusal: Buffer;
}

/** Remembers journals that were refused, so that they stay refused, from the first of their places. */
export function insertRefusedJournals(refused: readonly RefusedRow[], place: Place): RawBuilder<unknown> {
  return sql`
    insert into journal (no, id, kind, owner, known_time, leg_count, fingerprint, refusal, lane_no, block_height, position)
    select no, id, kind, owner, known_time, 0, fingerprint, refusal,
      ${place.lane}::bigint, ${place.height}::bigint, ${place.first}::bigint + ordinal - 1
    from unnest(
      ${sqlArray(refused.map(({ no }) => no))}::bigint[],
      ${sqlArray(refused.map(({ id }) => id))}::text[],
      ${sqlArray(refused.map(({ kind }) => kind))}::text[],
      ${sqlArray(refused.map(({ owner }) => owner))}::text[],
      ${sqlArray(refused.map(({ knownTime }) => knownTime.toISOString()))}::timestamptz[],
      ${sqlArray(refused.map(({ fingerprint }) => fingerprint))}::bytea[],
      ${sqlArray(refused.map(({ refusal }) => refusal))}::bytea[]
    ) with ordinality as r (no, id, kind, owner, known_time, fingerprint, refusal, ordinal)
  `;
}

/** The journals to undo, by id, with their legs; nothing noted yet of what is undone. */
export async function selectOriginals(tx: Tx, ids: readonly string[]): Promise<Map<string, Original>> {
  const originals = new Map<string, Original & { legs: Original['legs'][number][] }>();
  if (ids.length === 0) return originals;
  const rows = await tx.query(sql<{
    id: string;
    owner: string;
    kind: string;
    leg: number;
    accountId: string;
    currency: string;
    amount: string;
  }>`
    select j.id, j.owner, j.kind, e.leg, a.currency, e.amount,
      case when a.striped then a.id || '/' || a.stripe else a.id end as "accountId"
    from journal j
    join entry e on e.journal_no = j.no and e.booking_date = j.booking_date
    join ledger_account a on a.no = e.account_no
    where j.id = any(${ids})
    order by j.no, e.leg
  `);
  for (const { id, owner, kind, leg, accountId, currency, amount } of rows) {
    const original = originals.get(id) ?? { id, owner, isReversal: kind === 'reversal', legs: [] };
    original.legs.push({ leg, accountId, currency, amount: BigInt(amount), undone: 0n });
    originals.set(id, original);
  }
  return originals;
}

/** Notes on originals how much of each leg is undone already. */
export async function noteUndone(tx: Tx, originals: ReadonlyMap<string, Original>): Promise<void> {
  if (originals.size === 0) return;
  const rows = await tx.query(sql<{ id: string; leg: number; undone: string }>`
    select o.id, e.reversed_leg as leg, sum(abs(e.amount)) as undone
    from journal o
    join journal r on r.reversed_no = o.no
    join entry e on e.journal_no = r.no and e.booking_date = r.booking_date
    where o.id = any(${[...originals.keys()]})
    group by o.id, e.reversed_leg
  `);
  for (const { id, leg, undone } of rows) {
    const noted = originals.get(id)?.legs.find((candidate) => candidate.leg === leg);
    if (noted) noted.undone = BigInt(undone);
  }
}
