// The tie-out: the general ledger's own postings, the entries, and the balances of the accounts, held against each other
// by statements over one snapshot.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import type { Kind } from './domain/kinds.ts';

/** A line in one currency. Amounts are debit-positive, in all rows here. */
export interface LineRow {
  readonly code: string;
  readonly name: string;
  readonly currency: string;
  readonly posted: string;
  readonly postedCount: string;
  readonly entries: string;
  readonly entryCount: string;
  readonly balances: string;
}

export interface AccountFaultRow {
  readonly id: string;
  readonly code: string;
  readonly currency: string;
  readonly balance: string;
  readonly version: string;
  readonly entries: string;
  readonly entryCount: string;
  readonly lastBalance: string;
}

export interface DayFaultRow {
  readonly code: string;
  readonly currency: string;
  readonly bookingDate: string;
  readonly kind: Kind;
  readonly posted: string;
  readonly postedCount: string;
  readonly entries: string;
  readonly entryCount: string;
}

/** Every line and currency, in the three records. An entry of no account, or of no line, is one of the line ''. */
export function selectLines(tx: Tx): Promise<LineRow[]> {
  return tx.query(sql<LineRow>`
    with entries as (
      select account_no, sum(amount) as amount, count(*) as count from entry group by account_no
    ), accounts as (
      select coalesce(a.general_ledger_code, '') as code, coalesce(a.currency, '') as currency,
        coalesce(sum(e.amount), 0) as amount, coalesce(sum(e.count), 0) as count, coalesce(sum(a.balance), 0) as balance
      from ledger_account a full join entries e on e.account_no = a.no
      group by 1, 2
    ), postings as (
      select code, currency, sum(debit - credit) as amount, sum(entry_count) as count
      from general_ledger_posting group by 1, 2
    )
    select code, coalesce(g.display_name, '') as name, currency,
      coalesce(p.amount, 0)::text as posted, coalesce(p.count, 0)::text as "postedCount",
      coalesce(a.amount, 0)::text as entries, coalesce(a.count, 0)::text as "entryCount",
      coalesce(a.balance, 0)::text as balances
    from postings p full join accounts a using (code, currency) left join general_ledger_account g using (code)
    order by currency, code
  `);
}

/** The accounts whose balance, version, entries and last entry do not agree. */
export function selectAccountFaults(tx: Tx, limit: number): Promise<AccountFaultRow[]> {
  return tx.query(sql<AccountFaultRow>`
    select a.id, a.general_ledger_code as code, a.currency, a.balance, a.version,
      coalesce(e.amount, 0)::text as entries, coalesce(e.count, 0)::text as "entryCount",
      coalesce(last.balance_after, 0)::text as "lastBalance"
    from ledger_account a
    left join (
      select account_no, sum(amount) as amount, count(*) as count, max(version) as version from entry group by account_no
    ) e on e.account_no = a.no
    left join entry last on last.account_no = a.no and last.version = e.version
    where a.balance <> coalesce(e.amount, 0) or a.balance <> coalesce(last.balance_after, 0)
      or a.version <> coalesce(e.count, 0)
    order by a.no limit ${limit}
  `);
}

/** The booking dates and kinds of lines on which the general ledger and the entries do not agree. */
export function selectDayFaults(tx: Tx, limit: number): Promise<DayFaultRow[]> {
  return tx.query(sql<DayFaultRow>`
    with postings as (
      select code, currency, booking_date, kind, sum(debit - credit) as amount, sum(entry_count) as count
      from general_ledger_posting group by 1, 2, 3, 4
    ), entries as (
      select coalesce(a.general_ledger_code, '') as code, coalesce(a.currency, '') as currency, e.booking_date,
        coalesce(j.kind, '') as kind, sum(e.amount) as amount, count(*) as count
      from entry e left join ledger_account a on a.no = e.account_no left join journal j on j.no = e.journal_no
      group by 1, 2, 3, 4
    )
    select code, currency, booking_date::text as "bookingDate", kind,
      coalesce(p.amount, 0)::text as posted, coalesce(p.count, 0)::text as "postedCount",
      coalesce(e.amount, 0)::text as entries, coalesce(e.count, 0)::text as "entryCount"
    from postings p full join entries e using (code, currency, booking_date, kind)
    where coalesce(p.amount, 0) <> coalesce(e.amount, 0) or coalesce(p.count, 0) <> coalesce(e.count, 0)
    order by booking_date, code, currency, kind limit ${limit}
  `);
}
