// The statements of what holds the books of the bank and of the scheme against each other.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Match } from './domain/reconciliation.ts';
import type { SettlementStatement } from './domain/settlement-statement.ts';

/** One process at a time takes in statements of a currency, or matches them. */
export function lockReconciliation(currency: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`reconciliation ${currency}`}, 0))`;
}

/** A statement as it is kept. */
export interface StatementRow {
  readonly number: number;
  readonly currency: string;
  readonly identification: string;
  readonly contentDigest: string;
  readonly fromDate: string;
  readonly toDate: string;
  readonly opening: string;
  readonly closing: string;
  readonly ourBalance: string | null;
  /** Whether our books are read from its first day on: what was before is not held against theirs. */
  readonly begins: boolean;
}

const STATEMENT = sql`
  number, currency, identification, content_digest as "contentDigest", from_date::text as "fromDate", to_date::text as "toDate",
  opening::text, closing::text, our_balance::text as "ourBalance", begins
`;

export function selectStatement(currency: string, identification: string): RawBuilder<StatementRow> {
  return sql<StatementRow>`
    select ${STATEMENT} from settlement_statement where currency = ${currency} and identification = ${identification}
  `;
}

/** The last statement of a currency. */
export function selectLastStatement(currency: string): RawBuilder<StatementRow> {
  return sql<StatementRow>`
    select ${STATEMENT} from settlement_statement where currency = ${currency} order by number desc limit 1
  `;
}

/** The statement of a currency that came before one. */
export function selectStatementBefore(number: number, currency: string): RawBuilder<StatementRow> {
  return sql<StatementRow>`
    select ${STATEMENT} from settlement_statement where currency = ${currency} and number < ${number}
    order by number desc limit 1
  `;
}

/** The statement from which on our books are read; none where they are read from their beginning. */
export function selectBeginning(currency: string): RawBuilder<{ fromDate: string }> {
  return sql<{ fromDate: string }>`
    select from_date::text as "fromDate" from settlement_statement where currency = ${currency} and begins
  `;
}

/** The statements that are not held against our books yet, in the order in which they came. */
export function selectNewStatements(): RawBuilder<StatementRow> {
  return sql<StatementRow>`
    select ${STATEMENT} from settlement_statement where our_balance is null order by number limit 20
  `;
}

/** Keeps a statement. */
export function insertStatement(statement: SettlementStatement, contentDigest: string): RawBuilder<{ number: number }> {
  const { currency, identification, fromDate, toDate, opening, closing } = statement;
  return sql`
    insert into settlement_statement (currency, identification, content_digest, from_date, to_date, opening, closing)
    values (${currency}, ${identification}, ${contentDigest}, ${fromDate}::date, ${toDate}::date, ${opening}::bigint,
      ${closing}::bigint)
    returning number
  `;
}

export function settleStatement(number: number, ourBalance: bigint, begins: boolean): RawBuilder<unknown> {
  return sql`
    update settlement_statement set our_balance = ${ourBalance}::bigint, begins = ${begins} where number = ${number}
  `;
}

/** A new entry of one of the books. Amounts are minor units. */
export interface NewEntry {
  readonly identity: string;
  readonly amount: bigint;
  readonly day: string;
  readonly reference: string;
  readonly paymentReferences: readonly string[];
}

/** Keeps entries; those that are there stay as they are. */
export function insertEntries(
  currency: string,
  side: 'ours' | 'theirs',
  entries: readonly NewEntry[],
): RawBuilder<unknown> {
  return sql`
    insert into reconciliation_entry (currency, side, identity, amount, booking_date, reference, payment_references)
    select ${currency}, ${side}, identity, amount, day, reference, array(select jsonb_array_elements_text(payments))
    from unnest(
      ${sqlArray(entries.map(({ identity }) => identity))}::text[],
      ${sqlArray(entries.map(({ amount }) => amount))}::bigint[],
      ${sqlArray(entries.map(({ day }) => day))}::date[],
      ${sqlArray(entries.map(({ reference }) => reference))}::text[],
      ${sqlArray(entries.map(({ paymentReferences }) => JSON.stringify(paymentReferences)))}::jsonb[]
    ) as e (identity, amount, day, reference, payments)
    on conflict (side, identity) do nothing
  `;
}

/** By which identifications the scheme knows what journals book: of payments that went out, and of those that came in. */
export function selectPaymentReferences(
  journalIds: readonly string[],
): RawBuilder<{ journalId: string; reference: string }> {
  return sql`
    select j.id as "journalId", o.id as reference from unnest(${sqlArray(journalIds)}::text[]) as j (id)
      join outbound_payment o on o.id = 'pmo' || substr(j.id, 4)
    union all
    select j.id, i.transaction_identification from unnest(${sqlArray(journalIds)}::text[]) as j (id)
      join inbound_payment i on i.journal_id = regexp_replace(j.id, '_return$', '')
  `;
}

/** An entry without a counterpart. */
export interface OpenRow {
  readonly number: number;
  readonly currency: string;
  readonly side: 'ours' | 'theirs';
  readonly amount: string;
  readonly day: string;
  readonly reference: string;
  readonly paymentReferences: string[];
  readonly assignee: string;
  readonly matchNumber: number | null;
  readonly ageDays: number;
  readonly createTime: number;
}

const ENTRY = sql`
  e.number, e.currency, e.side, e.amount::text, e.booking_date::text as day, e.reference,
  e.payment_references as "paymentReferences", e.assignee, e.match_number as "matchNumber",
  greatest(0, (select max(s.to_date) from settlement_statement s where s.currency = e.currency) - e.booking_date)::integer
    as "ageDays",
  floor(extract(epoch from e.create_time) * 1000)::float8 as "createTime"
`;

/** What of a currency is open, locked until the transaction ends: nobody puts it together with something else meanwhile. */
export function lockOpen(currency: string): RawBuilder<OpenRow> {
  return sql<OpenRow>`
    select ${ENTRY} from reconciliation_entry e where e.currency = ${currency} and e.match_number is null
    order by e.number for no key update of e
  `;
}

/** A page of what is open. */
export function selectExceptions(after: number, limit: number): RawBuilder<OpenRow> {
  return sql<OpenRow>`
    select ${ENTRY} from reconciliation_entry e where e.match_number is null and e.number > ${after}
    order by e.number limit ${limit}
  `;
}

/** Entries by their numbers, locked until the transaction ends. */
export function lockEntries(numbers: readonly number[]): RawBuilder<OpenRow> {
  return sql<OpenRow>`
    select ${ENTRY} from reconciliation_entry e where e.number = any(${sqlArray(numbers)}::integer[])
    order by e.number for no key update of e
  `;
}

/** Writes which entries belong together. */
export function insertMatch(
  currency: string,
  rule: Match['rule'] | 'staff',
  numbers: readonly number[],
  { difference = 0n, reason = '' } = {},
): RawBuilder<unknown> {
  return sql`
    with matched as (
      insert into reconciliation_match (currency, rule, difference, reason)
      values (${currency}, ${rule}, ${difference}::bigint, ${reason}) returning number
    )
    update reconciliation_entry e set match_number = matched.number from matched
    where e.number = any(${sqlArray(numbers)}::integer[]) and e.match_number is null
  `;
}

export function assignEntry(number: number, assignee: string): RawBuilder<unknown> {
  return sql`update reconciliation_entry set assignee = ${assignee} where number = ${number}`;
}

/** How the books of a currency stand to each other. */
export interface BooksRow {
  readonly currency: string;
  readonly identification: string;
  readonly toDate: string;
  readonly closing: string;
  readonly ourBalance: string;
  readonly theirOpen: string;
  readonly theirCount: number;
  readonly ourOpen: string;
  readonly ourCount: number;
  readonly accepted: string;
}

/** Of each currency, as of its last statement that was held against our books. */
export function selectBooks(): RawBuilder<BooksRow> {
  const open = (side: string) => sql`
    (select coalesce(sum(e.amount), 0) as total, count(*)::integer as count from reconciliation_entry e
      where e.currency = s.currency and e.side = ${sql.lit(side)} and e.match_number is null)
  `;
  return sql<BooksRow>`
    select s.currency, s.identification, s.to_date::text as "toDate", s.closing::text, s.our_balance::text as "ourBalance",
      theirs.total::text as "theirOpen", theirs.count as "theirCount", ours.total::text as "ourOpen", ours.count as "ourCount",
      (select coalesce(sum(m.difference), 0)::text from reconciliation_match m where m.currency = s.currency) as accepted
    from (
      select distinct on (currency) * from settlement_statement where our_balance is not null order by currency, number desc
    ) s, lateral ${open('theirs')} theirs, lateral ${open('ours')} ours
    order by s.currency
  `;
}
