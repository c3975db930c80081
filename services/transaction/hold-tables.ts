// The table of holds.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';

/** A hold as it was ordered. Amounts are minor units of `currency`, times milliseconds since the epoch. */
export interface HoldRow {
  readonly id: string;
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
  /** The party whose key seals what is personal about it. */
  readonly partyId: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly captureLimit: bigint;
  readonly particulars: Buffer | null;
  readonly createTime: number;
}

/** Writes new holds. */
export function insertHolds(holds: readonly HoldRow[]): RawBuilder<unknown> {
  return sql`
    insert into hold (id, debtor_account_id, creditor_account_id, party_id, currency, amount, capture_limit, particulars,
      create_time)
    select * from unnest(
      ${sqlArray(holds.map(({ id }) => id))}::text[],
      ${sqlArray(holds.map(({ debtorAccountId }) => debtorAccountId))}::text[],
      ${sqlArray(holds.map(({ creditorAccountId }) => creditorAccountId))}::text[],
      ${sqlArray(holds.map(({ partyId }) => partyId))}::text[],
      ${sqlArray(holds.map(({ currency }) => currency))}::text[],
      ${sqlArray(holds.map(({ amount }) => amount))}::bigint[],
      ${sqlArray(holds.map(({ captureLimit }) => captureLimit))}::bigint[],
      ${sqlArray(holds.map(({ particulars }) => particulars))}::bytea[],
      ${sqlArray(holds.map(({ createTime }) => new Date(createTime).toISOString()))}::timestamptz[]
    )
  `;
}

/** A hold as the database answers it: bigint as text. */
interface Raw extends Omit<HoldRow, 'amount' | 'captureLimit' | 'createTime'> {
  readonly amount: string;
  readonly captureLimit: string;
  readonly createTime: string;
}

/** Holds by their ids. Ids that do not exist are left out. */
export function selectHolds(ids: readonly string[]): RawBuilder<Raw> {
  return sql<Raw>`
    select id, debtor_account_id as "debtorAccountId", creditor_account_id as "creditorAccountId", party_id as "partyId",
      currency, amount::text, capture_limit::text as "captureLimit", particulars,
      floor(extract(epoch from create_time) * 1000)::text as "createTime"
    from hold where id = any(${ids})
  `;
}

/** The hold in a row. */
export function holdFrom(raw: Raw): HoldRow {
  const { amount, captureLimit, createTime } = raw;
  return { ...raw, amount: BigInt(amount), captureLimit: BigInt(captureLimit), createTime: Number(createTime) };
}
