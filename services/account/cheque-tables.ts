// The statements of cheques that are drawn on accounts of this bank.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';

/** A leaf of a cheque book. Amounts are minor units as text. */
export interface ChequeRow {
  readonly number: number;
  readonly transactionId: string | null;
  readonly amount: string | null;
  readonly payDate: string | null;
  readonly issuedAmount: string | null;
  readonly payeeHash: Buffer | null;
  readonly isStopped: boolean;
}

/** That cheques are not to be paid. */
export interface StopRow {
  readonly id: string;
  readonly accountId: string;
  readonly firstNumber: number | null;
  readonly lastNumber: number | null;
  readonly amount: string | null;
  readonly expireDate: string;
  readonly fee: string;
  readonly isLifted: boolean;
  readonly createTime: number;
  readonly currency: string;
}

/** A new stop. */
export type NewStop = Omit<StopRow, 'isLifted' | 'createTime' | 'currency'>;

/** The number that the next leaf of an account has, and of which type the account's product is. The account's lock is held. */
export function selectNext(accountId: string): RawBuilder<{ next: number; type: string }> {
  return sql<{ next: number; type: string }>`
    select coalesce((select max(last_number) from cheque_book where account_id = a.id), 0) + 1 as next, p.type
    from account a join product p on p.id = a.product_id and p.version = a.product_version where a.id = ${accountId}
  `;
}

/** Writes a book and its leaves. */
export function insertBook(book: {
  readonly id: string;
  readonly accountId: string;
  readonly firstNumber: number;
  readonly lastNumber: number;
  readonly issueDate: string;
}): RawBuilder<unknown> {
  const { id, accountId, firstNumber, lastNumber, issueDate } = book;
  return sql`
    with book as (
      insert into cheque_book (id, account_id, first_number, last_number, issue_date, create_time)
      values (${id}, ${accountId}, ${firstNumber}, ${lastNumber}, ${issueDate}::date, clock_timestamp()) returning id
    )
    insert into cheque (account_id, number, book_id)
    select ${accountId}, n, book.id from book, generate_series(${firstNumber}::integer, ${lastNumber}::integer) n
  `;
}

/** The stops that hold on a day for a cheque `c`; those by amount alone are found when an amount is presented. */
const stopOf = (date: string) => sql`
  select from cheque_stop s where s.account_id = c.account_id and not s.is_lifted and s.expire_date >= ${date}::date
`;

const columns = (date: string) => sql`
  c.number, c.transaction_id as "transactionId", c.amount::text, c.pay_date::text as "payDate",
  c.issued_amount::text as "issuedAmount", c.payee_hash as "payeeHash",
  exists (${stopOf(date)} and c.number between s.first_number and s.last_number and s.amount is null) as "isStopped"
`;

/** A page of the cheques of an account, as they are on a day. */
export function selectCheques(accountId: string, date: string, after: number, limit: number): RawBuilder<ChequeRow> {
  return sql<ChequeRow>`
    select ${columns(date)} from cheque c where c.account_id = ${accountId} and c.number > ${after}
    order by c.number limit ${limit}
  `;
}

/** Cheques by their numbers, locked until the transaction ends. Those that do not exist are left out. */
export function lockCheques(
  accountId: string,
  numbers: readonly number[],
): RawBuilder<Pick<ChequeRow, 'number' | 'transactionId' | 'issuedAmount' | 'payeeHash'>> {
  return sql`
    select number, transaction_id as "transactionId", issued_amount::text as "issuedAmount", payee_hash as "payeeHash"
    from cheque where account_id = ${accountId} and number = any(${sqlArray(numbers)}::integer[])
    order by number for no key update
  `;
}

/** How many cheques there are of some numbers, and how many of them are not paid. */
export function countCheques(
  accountId: string,
  first: number,
  last: number,
): RawBuilder<{ issued: number; outstanding: number }> {
  return sql<{ issued: number; outstanding: number }>`
    select count(*)::integer as issued, count(*) filter (where transaction_id is null)::integer as outstanding
    from cheque where account_id = ${accountId} and number between ${first} and ${last}
  `;
}

/** Whether a cheque is stopped on a day, and whether the issuer tells which cheques they write. */
export function selectObjections(
  accountId: string,
  number: number,
  amount: string,
  date: string,
): RawBuilder<{ stopped: boolean; told: boolean }> {
  return sql<{ stopped: boolean; told: boolean }>`
    select exists (
      ${stopOf(date)} and (s.first_number is null or c.number between s.first_number and s.last_number)
        and (s.amount is null or s.amount = ${amount}::bigint)
    ) as stopped,
    exists (select from cheque i where i.account_id = c.account_id and i.issued_amount is not null) as told
    from cheque c where c.account_id = ${accountId} and c.number = ${number}
  `;
}

/** Marks a cheque as paid. */
export function payCheque(
  accountId: string,
  number: number,
  paid: { readonly transactionId: string; readonly amount: string; readonly date: string },
): RawBuilder<unknown> {
  return sql`
    update cheque set transaction_id = ${paid.transactionId}, amount = ${paid.amount}::bigint, pay_date = ${paid.date}::date
    where account_id = ${accountId} and number = ${number}
  `;
}

/** Takes back that a cheque is paid by a transaction, which pays one at most; 0 is whichever that is. */
export function unpayCheque(accountId: string, number: number, transactionId: string): RawBuilder<unknown> {
  return sql`
    update cheque set transaction_id = null, amount = null, pay_date = null
    where account_id = ${accountId} and ${number}::integer in (0, number) and transaction_id = ${transactionId}
  `;
}

/** Writes what the issuer has told of their cheques. */
export function tellCheques(
  accountId: string,
  told: readonly { readonly number: number; readonly amount: string; readonly payeeHash: Buffer | null }[],
): RawBuilder<unknown> {
  return sql`
    update cheque c set issued_amount = t.amount, payee_hash = t.payee
    from unnest(
      ${sqlArray(told.map(({ number }) => number))}::integer[],
      ${sqlArray(told.map(({ amount }) => amount))}::bigint[],
      ${sqlArray(told.map(({ payeeHash }) => payeeHash))}::bytea[]
    ) as t (number, amount, payee)
    where c.account_id = ${accountId} and c.number = t.number
  `;
}

/** Writes a stop, which holds from now on. */
export function insertStop({
  id,
  accountId,
  firstNumber,
  lastNumber,
  amount,
  expireDate,
  fee,
}: NewStop): RawBuilder<unknown> {
  return sql`
    insert into cheque_stop (id, account_id, first_number, last_number, amount, expire_date, fee, create_time)
    values (${id}, ${accountId}, ${firstNumber}::integer, ${lastNumber}::integer, ${amount}::bigint, ${expireDate}::date,
      ${fee}::bigint, clock_timestamp())
  `;
}

const STOP_COLUMNS = sql`
  s.id, s.account_id as "accountId", s.first_number as "firstNumber", s.last_number as "lastNumber", s.amount::text,
  s.expire_date::text as "expireDate", s.fee::text, s.is_lifted as "isLifted",
  floor(extract(epoch from s.create_time) * 1000)::float8 as "createTime", a.currency
`;

/** A stop by its id. */
export function selectStop(id: string): RawBuilder<StopRow> {
  return sql<StopRow>`
    select ${STOP_COLUMNS} from cheque_stop s join account a on a.id = s.account_id where s.id = ${id}
  `;
}

/** A stop, locked until the transaction ends. */
export function lockStop(id: string): RawBuilder<StopRow> {
  return sql<StopRow>`
    select ${STOP_COLUMNS} from cheque_stop s join account a on a.id = s.account_id where s.id = ${id}
    for no key update of s
  `;
}

/** The accounts of stops. Ids that do not exist are left out. */
export function selectStopAccounts(ids: readonly string[]): RawBuilder<{ id: string; accountId: string }> {
  return sql`select id, account_id as "accountId" from cheque_stop where id = any(${sqlArray(ids)}::text[])`;
}

/** A page of the stops of an account, newest first. */
export function selectStops(accountId: string, after: string | undefined, limit: number): RawBuilder<StopRow> {
  return sql<StopRow>`
    select ${STOP_COLUMNS} from cheque_stop s join account a on a.id = s.account_id
    where s.account_id = ${accountId} and ${after === undefined ? sql`true` : sql`s.id < ${after}`}
    order by s.id desc limit ${limit}
  `;
}

/** Writes that a stop cost nothing after all. */
export function waiveStopFee(id: string): RawBuilder<unknown> {
  return sql`update cheque_stop set fee = 0 where id = ${id}`;
}

/** Writes that a stop is lifted. */
export function liftStop(id: string): RawBuilder<unknown> {
  return sql`update cheque_stop set is_lifted = true where id = ${id}`;
}
