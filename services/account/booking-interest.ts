// Interest in the ledger: what was earned on a day, and what overdrafts cost, in one journal each for each currency.
import { sql } from 'kysely';
import { toMoney } from '#chassis/money.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { decimal, round } from '#rules/decimal.ts';
import type { Context } from './context.ts';
import type { StepRun } from './day-steps.ts';
import { minorOf } from './domain/interest-terms.ts';

const OWN = {
  interest_expense: { generalLedgerCode: '5010', normalSide: Side.DEBIT },
  interest_income: { generalLedgerCode: '4020', normalSide: Side.CREDIT },
  accrued_interest: { generalLedgerCode: '2030', normalSide: Side.CREDIT },
  accrued_interest_receivable: { generalLedgerCode: '1200', normalSide: Side.DEBIT },
  fee_income: { generalLedgerCode: '4010', normalSide: Side.CREDIT },
  withholding_tax: { generalLedgerCode: '2040', normalSide: Side.CREDIT },
  unclaimed_balances: { generalLedgerCode: '2050', normalSide: Side.CREDIT },
} as const;

/** The bank's own account of a role in a currency. */
export function ownAccount(role: keyof typeof OWN, currency: string): string {
  return `lac_${role}_${currency.toLowerCase()}`;
}

/** The bank's own accounts in a currency, as they are opened. */
export function ownAccounts(currencyCode: string) {
  return Object.entries(OWN).map(([role, terms]) => {
    const ledgerAccountId = ownAccount(role as keyof typeof OWN, currencyCode);
    return { ledgerAccountId, currencyCode, ...terms };
  });
}

/** The currencies of which a process has opened them, by its client of the ledger. */
const opened = new WeakMap<Context['ledger'], Set<string>>();

/** Opens the bank's own accounts of a currency that it books on, once a process; those that are there are answered as they are. */
export async function openOwnAccounts({ ledger }: Pick<Context, 'ledger'>, currency: string): Promise<void> {
  const known = opened.get(ledger) ?? new Set<string>();
  opened.set(ledger, known);
  if (known.has(currency)) return;
  for (const account of ownAccounts(currency)) {
    await ledger.openLedgerAccount({ requestId: account.ledgerAccountId, ...account });
  }
  known.add(currency);
}

/** What is booked of a night: what accounts earn is an expense that the bank owes, what their overdrafts cost an income that it is owed. */
const BOOKED = {
  credit: { column: 'earned', journal: 'accrued', debit: 'interest_expense', credit: 'accrued_interest' },
  overdraft: {
    column: 'overdraft_accrued',
    journal: 'owed',
    debit: 'accrued_interest_receivable',
    credit: 'interest_income',
  },
} as const;

/** Interest that accounts earn, or that their overdrafts cost. */
export type InterestSide = keyof typeof BOOKED;

/**
 * Books what was earned, and owed, on a day: what all accounts ever earned, rounded half even, less what was booked of it before. So the
 * roundings of days never add up.
 */
export async function bookAccrued(context: Context, run: StepRun): Promise<void> {
  for (const kind of ['credit', 'overdraft'] as const) await bookSide(context, run, kind);
}

async function bookSide(context: Context, { date }: StepRun, kind: InterestSide): Promise<void> {
  const { ledger, database } = context;
  const { column, journal, ...accounts } = BOOKED[kind];
  const day = date.toString();
  const sums = await database.query(sql<{ currency: string; earned: string }>`
    select currency, sum(${sql.ref(column)})::text as earned from interest_account group by currency order by currency
  `);
  for (const { currency, earned } of sums) {
    const total = round(decimal(earned), exponentOf(currency) ?? 2, 'half_even').toFixed();
    await database.query(sql`
      insert into interest_booking (date, currency, kind, earned, amount, state)
      select ${day}::date, ${currency}, ${kind}, ${total}::numeric, ${total}::numeric - coalesce((
        select earned from interest_booking where currency = ${currency} and kind = ${kind} order by date desc limit 1
      ), 0), 'planned'
      on conflict do nothing
    `);
  }
  const planned = await database.query(sql<{ currency: string; amount: string }>`
    select currency, amount::text from interest_booking
    where date = ${day}::date and kind = ${kind} and state = 'planned' order by currency
  `);
  for (const { currency, amount } of planned) {
    const minor = minorOf(currency, decimal(amount));
    if (minor !== 0n) {
      await openOwnAccounts(context, currency);
      const money = toMoney({ currency, minor: minor < 0n ? -minor : minor });
      const [debit, credit] = [ownAccount(accounts.debit, currency), ownAccount(accounts.credit, currency)];
      const { outcomes } = await ledger.postJournals({
        journals: [
          {
            journalId: `jnl_${journal}_${day.replaceAll('-', '')}_${currency.toLowerCase()}`,
            kind: JournalKind.INTEREST,
            endOfDay: true,
            legs: [
              { ledgerAccountId: minor > 0n ? debit : credit, side: Side.DEBIT, amount: money },
              { ledgerAccountId: minor > 0n ? credit : debit, side: Side.CREDIT, amount: money },
            ],
          },
        ],
      });
      if (outcomes[0]?.result.case !== 'posted') throw new Error(`what was accrued on ${day} could not be booked`);
    }
    await database.query(sql`
      update interest_booking set state = 'posted' where date = ${day}::date and currency = ${currency} and kind = ${kind}
    `);
  }
}
