// The rows of fees, and the balances that they are computed from.
import { create, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { toMoney } from '#chassis/money.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { type Fee, FeeSchema } from '#gen/bank/account/v1/fee_pb.ts';
import { decimal } from '#rules/decimal.ts';
import { periodicFeesOf } from './domain/fee-terms.ts';
import type { FeeShortfall, FeeState, PeriodicFee } from './domain/fees.ts';
import type { Life } from './domain/interest-life.ts';
import { minorOf } from './domain/interest-terms.ts';
import { feeStates } from './domain/words.ts';

/** A version of a product that has periodic fees. */
export interface FeeProduct {
  readonly productId: string;
  readonly productVersion: number;
  readonly fees: readonly PeriodicFee[];
}

/** A fee of a period. Amounts are in units of the currency, as text. */
export interface FeeRow {
  readonly accountId: string;
  readonly feeCode: string;
  readonly toDate: string;
  readonly fromDate: string;
  readonly productId: string;
  readonly productVersion: number;
  readonly currency: string;
  readonly averageBalance: string;
  readonly lowestBalance: string;
  readonly amount: string;
  readonly state: FeeState;
  readonly reason: string | null;
  readonly shortfall: FeeShortfall;
  /** Whether it was decided that there is room, or that none is needed: from then on it is charged. */
  readonly isAsked: boolean;
  readonly endOfDay: boolean;
  readonly journalId: string;
}

const COLUMNS = sql`
  account_id as "accountId", fee_code as "feeCode", to_date::text as "toDate", from_date::text as "fromDate", product_id as "productId",
  product_version as "productVersion", currency, average_balance::text as "averageBalance", lowest_balance::text as "lowestBalance",
  amount::text, state, reason, shortfall, is_asked as "isAsked", end_of_day as "endOfDay", journal_id as "journalId"
`;

/** The versions of products that have periodic fees. */
export async function feeProducts({ query }: Pick<Database, 'query'>): Promise<FeeProduct[]> {
  const rows = await query(sql<{ id: string; version: number; terms: JsonObject }>`
    select id, version, terms from product where terms ? 'periodicFees' order by id, version
  `);
  return rows.map(({ id: productId, version: productVersion, terms }) => {
    return { productId, productVersion, fees: periodicFeesOf(fromJson(ProductTermsSchema, terms)) };
  });
}

/** What is planned, and not charged yet. */
export function selectPlannedFees(limit: number): RawBuilder<FeeRow> {
  return sql<FeeRow>`select ${COLUMNS} from fee where state = 'planned' order by journal_id limit ${limit}`;
}

/** The fees of an account before a position, the newest period first. */
export function selectFees(
  accountId: string,
  before: { readonly toDate: string; readonly feeCode: string } | undefined,
  limit: number,
): RawBuilder<FeeRow> {
  const after = before
    ? sql`and (to_date < ${before.toDate}::date or to_date = ${before.toDate}::date and fee_code > ${before.feeCode})`
    : sql``;
  return sql<FeeRow>`
    select ${COLUMNS} from fee where account_id = ${accountId} ${after} order by to_date desc, fee_code limit ${limit}
  `;
}

/** Keeps fees as they were decided. Those that are kept already stay as they are. */
export function insertFees(rows: readonly FeeRow[]): RawBuilder<unknown> {
  const of = (column: keyof FeeRow) => sqlArray(rows.map((row) => row[column]));
  return sql`
    insert into fee (account_id, fee_code, to_date, from_date, product_id, product_version, currency, average_balance, lowest_balance,
      amount, state, reason, shortfall, end_of_day, journal_id)
    select * from unnest(${of('accountId')}::text[], ${of('feeCode')}::text[], ${of('toDate')}::date[], ${of('fromDate')}::date[],
      ${of('productId')}::text[], ${of('productVersion')}::integer[], ${of('currency')}::text[], ${of('averageBalance')}::numeric[],
      ${of('lowestBalance')}::numeric[], ${of('amount')}::numeric[], ${of('state')}::text[], ${of('reason')}::text[],
      ${of('shortfall')}::text[], ${of('endOfDay')}::boolean[], ${of('journalId')}::text[])
    on conflict (account_id, fee_code, to_date) do nothing
  `;
}

/** The balances of accounts in some days, with what came late: as much of each life as these days need. */
export async function readBalances(
  { query }: Pick<Database, 'query'>,
  accountIds: readonly string[],
  days: { readonly from: Temporal.PlainDate; readonly until: Temporal.PlainDate },
): Promise<Map<string, Pick<Life, 'standings' | 'corrections'>>> {
  const [from, until] = [days.from.toString(), days.until.toString()];
  const standings = await query(sql<{ accountId: string; from: string; balance: string }>`
    select s.account_id as "accountId", s.from_date::text as "from", s.balance::text
    from unnest(${sqlArray(accountIds)}::text[]) as a (id) join interest_standing s on s.account_id = a.id
    where s.from_date <= ${until}::date and s.from_date >= coalesce((
      select max(b.from_date) from interest_standing b where b.account_id = a.id and b.from_date <= ${from}::date
    ), ${from}::date)
    order by s.account_id, s.from_date
  `);
  const corrections = await query(sql<{ accountId: string; date: string; valueDate: string; amount: string }>`
    select account_id as "accountId", date::text, value_date::text as "valueDate", amount::text from interest_correction
    where account_id = any(${sqlArray(accountIds)}::text[]) and date > ${from}::date and value_date <= ${until}::date order by no
  `);
  const day = Temporal.PlainDate.from;
  const lateBy = Map.groupBy(corrections, ({ accountId }) => accountId);
  const stoodBy = Map.groupBy(standings, ({ accountId }) => accountId);
  return new Map(
    accountIds.map((id) => [
      id,
      {
        standings: (stoodBy.get(id) ?? []).map((one) => ({
          from: day(one.from),
          balance: decimal(one.balance),
          limit: decimal('0'),
        })),
        corrections: (lateBy.get(id) ?? []).map((one) => ({
          date: day(one.date),
          valueDate: day(one.valueDate),
          amount: decimal(one.amount),
        })),
      },
    ]),
  );
}

/** The message of a fee; its name is that of the version of the product that it was decided by. */
export function feeMessage(row: FeeRow, displayName: string): Fee {
  const { currency } = row;
  return create(FeeSchema, {
    feeCode: row.feeCode,
    displayName,
    fromDate: row.fromDate,
    toDate: row.toDate,
    averageBalance: row.averageBalance,
    lowestBalance: row.lowestBalance,
    amount: toMoney({ currency, minor: minorOf(currency, decimal(row.amount)) }),
    state: feeStates.value(row.state),
    reason: row.reason ?? '',
    journalId: row.state === 'charged' ? row.journalId : '',
  });
}
