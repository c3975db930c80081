// What counts on customers' accounts at the end of a day, for many accounts by one statement.
import { type RawBuilder, sql } from 'kysely';

/** A balance is debit-positive. */
export interface DayBalanceRow {
  readonly no: string;
  readonly id: string;
  readonly currency: string;
  readonly normalSide: 'debit' | 'credit';
  readonly balance: string;
}

/**
 * The balances of accounts after an id: what stands now, less what was booked later, less what was booked by then and counts
 * later. Both are few: today's entries, and those that wait for their value date.
 */
export function selectDayBalances(date: string, after: string, limit: number): RawBuilder<DayBalanceRow> {
  return sql<DayBalanceRow>`
    select a.no, a.id, a.currency, a.normal_side as "normalSide",
      a.balance - coalesce(later.amount, 0) - coalesce(ahead.amount, 0) as balance
    from (
      select no, id, currency, normal_side, balance from ledger_account
      where id > ${after} and account_id is not null order by id limit ${limit}
    ) a
    left join (
      select account_no, sum(amount) as amount from entry where booking_date > ${date}::date group by account_no
    ) later on later.account_no = a.no
    left join (
      select account_no, sum(amount) as amount from entry
      where value_date > booking_date and value_date > ${date}::date and booking_date <= ${date}::date
      group by account_no
    ) ahead on ahead.account_no = a.no
    order by a.id
  `;
}

/** What was booked on these accounts on a day and counts from an earlier one on, summed by that day; debit-positive. */
export function selectBackValued(
  date: string,
  nos: readonly string[],
): RawBuilder<{ no: string; valueDate: string; amount: string }> {
  return sql<{ no: string; valueDate: string; amount: string }>`
    select account_no as no, value_date::text as "valueDate", sum(amount) as amount
    from entry
    where booking_date = ${date}::date and value_date < booking_date and account_no = any(${[...nos]}::bigint[])
    group by account_no, value_date having sum(amount) <> 0 order by account_no, value_date
  `;
}

/** Customers' accounts after an id that were paid in to over the counter, or debited by an order, on a day. */
export function selectMoved(date: string, after: string, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select distinct a.id
    from entry e
    join journal j on j.no = e.journal_no
    join ledger_account a on a.no = e.account_no
    where e.booking_date = ${date}::date and a.account_id is not null and a.id > ${after} and j.owner = 'transaction'
      and (
        (j.kind = 'deposit' and (e.amount < 0) = (a.normal_side = 'credit'))
        or (j.kind in ('withdrawal', 'transfer') and (e.amount > 0) = (a.normal_side = 'credit'))
      )
    order by a.id limit ${limit}
  `;
}
