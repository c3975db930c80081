// Balances as they stood: of all entries that count by a value date and were known at an instant.
import { type RawBuilder, sql } from 'kysely';

/** What counts: entries with a value date up to this one, known by this (settled) instant. Absent: whenever. */
export interface AsOf {
  readonly valueDate: string | undefined;
  readonly knownAt: string | undefined;
}

export interface BalanceAsOfRow {
  readonly id: string;
  readonly currency: string;
  readonly normalSide: 'debit' | 'credit';
  /** Debit-positive. */
  readonly balance: string;
  readonly version: string;
}

/** The last version of account `a` that counts; all of them where no instant is given. */
export function versionKnown({ knownAt }: AsOf): RawBuilder<string> {
  return knownAt === undefined ? sql<string>`a.version` : sql<string>`version_known_at(a.no, ${knownAt}::timestamptz)`;
}

/** Whether account `a` was open at the instant. */
export function openAt({ knownAt }: AsOf): RawBuilder<boolean> {
  return knownAt === undefined ? sql<boolean>`true` : sql<boolean>`a.create_time <= ${knownAt}::timestamptz`;
}

/**
 * The balances of accounts as they stood, in one statement. A balance is that after the last entry known, less what counts
 * later: mostly what is booked later, and the few entries that count on another day than they are booked on. Of a striped
 * account there is a row for each stripe.
 */
export function selectBalancesAsOf(ids: readonly string[], asOf: AsOf): RawBuilder<BalanceAsOfRow> {
  const { valueDate, knownAt } = asOf;
  const later =
    valueDate === undefined
      ? sql`select 0 as amount`
      : sql`
        select sum(amount) as amount from (
          select amount from entry
          where account_no = a.no and version <= known.version
            and booking_date > ${valueDate}::date and value_date > ${valueDate}::date
          union all
          select amount from entry
          where account_no = a.no and version <= known.version
            and value_date <> booking_date and value_date > ${valueDate}::date and booking_date <= ${valueDate}::date
        ) counted_later`;
  const last =
    knownAt === undefined
      ? sql`a.balance`
      : sql`coalesce((select balance_after from entry where account_no = a.no and version = known.version), 0)`;
  return sql<BalanceAsOfRow>`
    select a.id, a.currency, a.normal_side as "normalSide", known.version, ${last} - coalesce(later.amount, 0) as balance
    from ledger_account a
    cross join lateral (select ${versionKnown(asOf)} as version offset 0) known
    left join lateral (${later}) later on true
    where a.id = any(${ids}) and ${openAt(asOf)}
  `;
}
