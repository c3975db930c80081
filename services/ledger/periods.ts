// The statements of accounting periods, and what stands on the accounts that a closing takes to zero.
import { create } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import { toMoney } from '#chassis/money.ts';
import {
  type AccountingPeriod,
  AccountingPeriodSchema,
  AccountingPeriodState,
} from '#gen/bank/ledger/v1/general_ledger_pb.ts';
import type { ResultAccount } from './domain/closing.ts';
import type { AccountState } from './domain/core.ts';
import { together } from './stripes.ts';
import { type AccountRow, accountState } from './tables.ts';

/** One closing after the other: held until the transaction ends, by whichever ledger process came first. */
export async function lockPeriods(tx: CommandTx): Promise<{ lastEnd: string | undefined; closing: boolean }> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('accounting_period', 0))`);
  const [row] = await tx.query(sql<{ lastEnd: string | null; closing: boolean | null }>`
    select max(end_date)::text as "lastEnd", bool_or(state = 'closing') as closing
    from accounting_period where state <> 'refused'
  `);
  return { lastEnd: row?.lastEnd ?? undefined, closing: row?.closing ?? false };
}

/** The oldest day up to a date, or that date itself, that still may take entries; undefined when all are closed. */
export async function dayNotClosed(tx: CommandTx, endDate: string): Promise<string | undefined> {
  const [row] = await tx.query(sql<{ date: string | null }>`
    select coalesce(
      (select min(date) from business_day where state <> 'closed' and date <= ${endDate}::date),
      (select ${endDate}::date where ${endDate}::date >= (select date from business_day where state = 'open'))
    )::text as date
  `);
  return row?.date ?? undefined;
}

/** A ledger account that a closing moves, as the core sees it. */
type ClosingAccount = ResultAccount & { readonly state: AccountState };

/**
 * The accounts of income and expenses with what stands on them at the end of a day: what stands there now, less what is
 * booked later. What earlier closings took is off it, whenever it was booked; history that came after them is on it.
 */
export async function readResultAccounts(tx: CommandTx, endDate: string): Promise<ClosingAccount[]> {
  const rows = await tx.query(sql<
    AccountRow & { generalLedgerCode: string; type: 'income' | 'expense'; standing: string }
  >`
    select a.no, a.id, a.currency, a.normal_side as "normalSide", a.state, a.floor, a.ceiling,
      a.decrease_frozen as "decreaseFrozen", a.increase_frozen as "increaseFrozen", a.account_id is not null as customer,
      a.general_ledger_code as "generalLedgerCode", a.balance, a.version, a.held, a.pending_in as "pendingIn", g.type,
      (a.balance - coalesce(later.amount, 0))::text as standing
    from ledger_account a
    join general_ledger_account g on g.code = a.general_ledger_code
    left join lateral (
      select sum(e.amount) as amount from entry e join journal j on j.no = e.journal_no
      where e.account_no = a.no and e.booking_date > ${endDate}::date and j.kind <> 'period_close'
    ) later on true
    where g.type in ('income', 'expense') order by a.no
  `);
  const accounts = [...together(rows, ['balance', 'version', 'standing']).values()];
  return accounts.map(({ type, standing, ...row }) => {
    const state = accountState(row);
    const { id, currency, generalLedgerCode: code } = row;
    return { id, currency, code, type, closed: row.state === 'closed', standing: BigInt(standing), state };
  });
}

/** Begins the closing of a period. Its guard in the database asks for all its days to be closed. */
export function insertPeriod(startDate: string | undefined, endDate: string): RawBuilder<unknown> {
  return sql`
    insert into accounting_period (start_date, end_date, state)
    values (${startDate ?? null}::date, ${endDate}::date, 'closing')
  `;
}

/** What a closing takes to retained earnings in one currency. */
export interface ResultRow {
  readonly currency: string;
  readonly income: bigint;
  readonly expenses: bigint;
  readonly journalId: string;
}

/** Writes what the closing at work takes. */
export function insertResults(rows: readonly ResultRow[]): RawBuilder<unknown> {
  return sql`
    insert into period_result (period_no, currency, income, expenses, journal_id)
    select (select no from accounting_period where state = 'closing'), r.*
    from unnest(
      ${rows.map(({ currency }) => currency)}::text[],
      ${rows.map(({ income }) => income)}::numeric[],
      ${rows.map(({ expenses }) => expenses)}::numeric[],
      ${rows.map(({ journalId }) => journalId)}::text[]
    ) r
  `;
}

/** Ends the closing of a period: closed by its journals, or refused where one of them was. */
export function settlePeriod(endDate: string, bookingDate: string | undefined): RawBuilder<unknown> {
  return sql`
    update accounting_period
    set state = ${bookingDate === undefined ? 'refused' : 'closed'}, booking_date = ${bookingDate ?? null}::date
    where end_date = ${endDate}::date and state = 'closing'
  `;
}

/** A period as its message says it. */
export interface PeriodTerms {
  readonly startDate: string | undefined;
  readonly endDate: string;
  readonly bookingDate: string | undefined;
  readonly results: readonly ResultRow[];
}

/** The message of a period. */
export function periodMessage({ startDate, endDate, bookingDate, results }: PeriodTerms): AccountingPeriod {
  return create(AccountingPeriodSchema, {
    startDate: startDate ?? '',
    endDate,
    state: bookingDate === undefined ? AccountingPeriodState.CLOSING : AccountingPeriodState.CLOSED,
    bookingDate: bookingDate ?? '',
    results: results.map(({ currency, income, expenses, journalId }) => ({
      income: toMoney({ currency, minor: income }),
      expenses: toMoney({ currency, minor: expenses }),
      result: toMoney({ currency, minor: income - expenses }),
      journalId,
    })),
  });
}
