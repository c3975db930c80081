// The rows of statements, and which accounts are due for one.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { toMoney } from '#chassis/money.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { type Statement, StatementSchema } from '#gen/bank/account/v1/statement_pb.ts';
import { cyclesEndingOn } from './domain/statement-cycle.ts';
import { type StatementFrequency, statementFrequencies } from './domain/words.ts';

/** A statement that was made by cycle. */
export interface StatementRow {
  readonly accountId: string;
  readonly number: number;
  readonly frequency: StatementFrequency;
  readonly fromDate: string;
  readonly toDate: string;
  readonly currency: string;
  readonly openingBalance: string;
  readonly closingBalance: string;
  readonly creditTotal: string;
  readonly debitTotal: string;
  readonly lineCount: number;
  readonly knownLineNumber: number;
  readonly digest: Buffer;
  readonly objectKey: string;
  /** In milliseconds. */
  readonly createTime: string;
}

const COLUMNS = sql`
  account_id as "accountId", number, frequency, from_date::text as "fromDate", to_date::text as "toDate", currency,
  opening_balance::text as "openingBalance", closing_balance::text as "closingBalance",
  credit_total::text as "creditTotal", debit_total::text as "debitTotal", line_count as "lineCount",
  known_line_number as "knownLineNumber", digest, object_key as "objectKey", floor(extract(epoch from create_time) * 1000)::text as "createTime"
`;

/** The statements of an account before a number, newest first. */
export function selectStatements(
  accountId: string,
  before: number | undefined,
  limit: number,
): RawBuilder<StatementRow> {
  return sql<StatementRow>`
    select ${COLUMNS} from statement
    where account_id = ${accountId} and ${before === undefined ? sql`true` : sql`number < ${before}`}
    order by number desc limit ${limit}
  `;
}

/** One statement of an account. */
export function selectStatement(accountId: string, number: number): RawBuilder<StatementRow> {
  return sql<StatementRow>`select ${COLUMNS} from statement where account_id = ${accountId} and number = ${number}`;
}

/** The newest statement of each of these accounts. Those that have none are left out. */
export function selectNewestStatements(accountIds: readonly string[]): RawBuilder<StatementRow> {
  return sql<StatementRow>`
    select newest.* from unnest(${sqlArray(accountIds)}::text[]) as a (id)
    cross join lateral (
      select ${COLUMNS} from statement where account_id = a.id order by number desc limit 1
    ) newest
  `;
}

/** Keeps statements. Those that are kept already, by whoever was killed after it, stay. */
export function insertStatements(rows: readonly StatementRow[]): RawBuilder<{ accountId: string; number: number }> {
  const of = (column: keyof StatementRow) => sqlArray(rows.map((row) => row[column]));
  const times = sqlArray(rows.map(({ createTime }) => new Date(Number(createTime)).toISOString()));
  return sql`
    insert into statement (account_id, number, frequency, from_date, to_date, currency, opening_balance, closing_balance,
      credit_total, debit_total, line_count, known_line_number, digest, object_key, create_time)
    select * from unnest(${of('accountId')}::text[], ${of('number')}::integer[], ${of('frequency')}::text[], ${of('fromDate')}::date[],
      ${of('toDate')}::date[], ${of('currency')}::text[], ${of('openingBalance')}::bigint[], ${of('closingBalance')}::bigint[],
      ${of('creditTotal')}::bigint[], ${of('debitTotal')}::bigint[], ${of('lineCount')}::integer[],
      ${of('knownLineNumber')}::integer[], ${of('digest')}::bytea[], ${of('objectKey')}::text[], ${times}::timestamptz[])
    on conflict (account_id, number) do nothing returning account_id as "accountId", number
  `;
}

/**
 * The accounts after one, by id, that are due for a statement at the end of a day: whose cycle ends with it, or which ended on it. What
 * it was that ended before they did, they are due for too. Who sleeps is told of it all the same. What the ledger never opened has no
 * version, and nothing to be told.
 */
export function selectDue(day: Temporal.PlainDate, after: string, limit: number): RawBuilder<{ id: string }> {
  const date = day.toString();
  return sql<{ id: string }>`
    select id from account
    where id > ${after} and open_date <= ${date}::date and version > 0 and (
      state <> 'migrating' and coalesce(close_date, 'infinity') > ${date}::date
        and statement_frequency = any(${cyclesEndingOn(day)})
      or close_date = ${date}::date
    )
    order by id limit ${limit}
  `;
}

/** The message of a row: all of the statement but its lines. */
export function summaryOf(row: StatementRow): Statement {
  const { currency } = row;
  const money = (minor: string) => toMoney({ currency, minor: BigInt(minor) });
  return create(StatementSchema, {
    accountId: row.accountId,
    statementNumber: row.number,
    frequency: statementFrequencies.value(row.frequency),
    fromDate: row.fromDate,
    toDate: row.toDate,
    openingBalance: money(row.openingBalance),
    closingBalance: money(row.closingBalance),
    creditTotal: money(row.creditTotal),
    debitTotal: money(row.debitTotal),
    lineCount: row.lineCount,
    knownLineNumber: row.knownLineNumber,
    createTime: timestampFromMs(Number(row.createTime)),
    sha256: row.digest,
  });
}
