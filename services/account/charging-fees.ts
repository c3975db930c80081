// The step that charges the fees of the periods that end with a day: decided with their amounts and the ids of their journals, charged, and
// settled. The row of a fee makes that it is charged once: whoever dies in between leaves it planned, and the next one posts the same journal.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { decimal } from '#rules/decimal.ts';
import { openOwnAccounts, ownAccount } from './booking-interest.ts';
import type { Context } from './context.ts';
import { type StepRun, setAside } from './day-steps.ts';
import { balancesOf, feeOf, type PeriodicFee } from './domain/fees.ts';
import { ACCRUAL_PLACES, endsPeriod, periodStart } from './domain/interest.ts';
import { balanceOn, type Life } from './domain/interest-life.ts';
import { minorOf } from './domain/interest-terms.ts';
import {
  type FeeProduct,
  type FeeRow,
  feeProducts,
  insertFees,
  readBalances,
  selectPlannedFees,
} from './fee-tables.ts';
import { keyOf } from './products.ts';

const PAGE = 500;
const STEP = 'charge-fees';

/** An account whose fees are decided. */
export interface FeeAccount {
  readonly accountId: string;
  readonly productId: string;
  readonly productVersion: number;
  readonly currency: string;
  readonly openDate: string;
  /** The first night of which the balance is known. */
  readonly startDate: string;
}

/** Charges the fees of the periods that end on a day, and what was planned before and not charged yet. */
export async function chargeFees(context: Context, run: StepRun): Promise<void> {
  await chargePlanned(context, run);
  const products = (await feeProducts(context.database)).flatMap((product): FeeProduct[] => {
    const fees = product.fees.filter(({ period }) => endsPeriod(period, run.date));
    return fees.length > 0 ? [{ ...product, fees }] : [];
  });
  for (let after: string | undefined = ''; products.length > 0 && after !== undefined; ) {
    const from = after;
    await run.advance(async (tx) => {
      const { last, count } = await planFees(tx, run.date, products, from);
      after = last;
      return { cursor: '', count };
    });
    await chargePlanned(context, run);
  }
}

/** Decides the fees of the next accounts after one. Answers the last of them, undefined where none is left, and how many fees there are. */
async function planFees(
  tx: Tx,
  date: Temporal.PlainDate,
  products: readonly FeeProduct[],
  after: string,
): Promise<{ last: string | undefined; count: number }> {
  const byKey = new Map(products.map((product) => [keyOf(product), product]));
  const accounts = await tx.query(sql<FeeAccount>`
    select i.account_id as "accountId", i.product_id as "productId", i.product_version as "productVersion", i.currency,
      a.open_date::text as "openDate", i.start_date::text as "startDate"
    from interest_account i join account a on a.id = i.account_id
    where (i.product_id, i.product_version) in (
        select * from unnest(${sqlArray(products.map(({ productId }) => productId))}::text[],
          ${sqlArray(products.map(({ productVersion }) => productVersion))}::integer[])
      ) and i.accrued_through >= ${date.toString()}::date and a.state in ('active', 'inactive', 'dormant')
      and i.account_id > ${after}
    order by i.account_id limit ${PAGE}
  `);
  const longest = products
    .flatMap(({ fees }) => fees.map(({ period }) => periodStart(period, date)))
    .reduce((first, one) => (Temporal.PlainDate.compare(one, first) < 0 ? one : first), date);
  const ids = accounts.map(({ accountId }) => accountId);
  const lives = await readBalances(tx, ids, { from: longest, until: date });
  const rows = accounts.flatMap((account) =>
    (byKey.get(keyOf(account))?.fees ?? []).map((fee) => decide(account, fee, date, lives.get(account.accountId))),
  );
  if (rows.length > 0) await tx.query(insertFees(rows));
  return { last: accounts.length === PAGE ? ids.at(-1) : undefined, count: rows.length };
}

/** What a fee comes to for the period that a day is in, by the nights up to that day. */
export function decide(
  account: FeeAccount,
  fee: PeriodicFee,
  date: Temporal.PlainDate,
  life: Pick<Life, 'standings' | 'corrections'> | undefined,
): FeeRow {
  const { accountId, productId, productVersion, currency } = account;
  const [begin, start] = [periodStart(fee.period, date), Temporal.PlainDate.from(account.startDate)];
  const from = Temporal.PlainDate.compare(begin, start) < 0 ? start : begin;
  const balances = balancesOf({ from, until: date }, balanceOn(life ?? { standings: [], corrections: [] }));
  const openDate = Temporal.PlainDate.from(account.openDate);
  const { amount, waiver } = feeOf(fee, balances, { openDate, day: date }, exponentOf(currency) ?? 2);
  const day = date.toString();
  return {
    accountId,
    feeCode: fee.code,
    toDate: day,
    fromDate: from.toString(),
    productId,
    productVersion,
    currency,
    averageBalance: balances.average.toFixed(ACCRUAL_PLACES),
    lowestBalance: balances.lowest.toFixed(ACCRUAL_PLACES),
    amount: amount.toFixed(),
    state: waiver ? 'waived' : 'planned',
    reason: waiver ?? null,
    shortfall: fee.shortfall,
    isAsked: false,
    endOfDay: true,
    journalId: journalIdOf(accountId, fee.code, day),
  };
}

/** What tells the journal of a fee from those of other days: its day, or the moment at which it was tried again; of one length, so that ids are. */
const WHEN_LETTERS = 8;

function journalIdOf(accountId: string, code: string, day: string): string {
  return `jnl_fee_${day.replaceAll('-', '')}_${accountId.slice(accountId.indexOf('_') + 1)}_${code.toLowerCase()}`;
}

/** Charges what is planned, and settles it: where there is no room, or the ledger refuses it, the account is set aside. */
export async function chargePlanned(context: Context, run: Pick<StepRun, 'date' | 'advance'>): Promise<void> {
  const { database, ledger } = context;
  for (;;) {
    const planned = await database.query(selectPlannedFees(PAGE));
    if (planned.length === 0) return;
    for (const currency of new Set(planned.map((one) => one.currency))) await openOwnAccounts(context, currency);
    const short = new Set(await withoutRoom(context, planned));
    const asked = planned.filter((one) => !short.has(one));
    // Decided for good before it is charged: what is charged takes room itself, so that who comes after somebody who died must not ask again.
    await run.advance(async (tx) => {
      await tx.query(
        sql`update fee set is_asked = true where journal_id = any(${idsOf(asked)}::text[]) and not is_asked`,
      );
      for (const one of short) await settleRefused(tx, one, 'NO_ROOM');
      return { cursor: '', count: 0 };
    });
    if (asked.length === 0) continue;
    const { outcomes } = await ledger.postJournals({ journals: asked.map(journalOf) });
    const byId = new Map(outcomes.map(({ journalId, result }) => [journalId, result]));
    await run.advance(async (tx) => {
      const charged = asked.filter(({ journalId }) => byId.get(journalId)?.case === 'posted');
      await tx.query(sql`update fee set state = 'charged' where journal_id = any(${idsOf(charged)}::text[])`);
      for (const one of asked) {
        const result = byId.get(one.journalId);
        if (result?.case === 'refusal') await settleRefused(tx, one, result.value.detail?.reason ?? 'UNKNOWN');
        else if (result?.case !== 'posted') throw new Error('a journal was answered without an outcome');
      }
      return { cursor: '', count: 0 };
    });
  }
}

const idsOf = (fees: readonly FeeRow[]) => sqlArray(fees.map(({ journalId }) => journalId));

/**
 * The fees for which there is no room, of those that are only charged where there is: by what is available when it is asked for, and counting
 * those before them. What is spent in the moment until they are charged does not stop them.
 */
async function withoutRoom({ ledger }: Context, planned: readonly FeeRow[]): Promise<FeeRow[]> {
  const careful = planned.filter(({ shortfall, isAsked }) => shortfall === 'set_aside' && !isAsked);
  if (careful.length === 0) return [];
  const ledgerAccountIds = [...new Set(careful.map(({ accountId }) => deriveId('lac', accountId)))];
  const { balances } = await ledger.getBalances({ ledgerAccountIds });
  const left = new Map(
    balances.map(({ ledgerAccountId, available }) => [ledgerAccountId, available && fromMoney(available).minor]),
  );
  return careful.filter(({ accountId, currency, amount }) => {
    const id = deriveId('lac', accountId);
    const available = left.get(id);
    const minor = minorOf(currency, decimal(amount));
    // Without a floor everything has room.
    if (available === undefined) return false;
    if (available < minor) return true;
    left.set(id, available - minor);
    return false;
  });
}

async function settleRefused(tx: Tx, fee: FeeRow, reason: string): Promise<void> {
  const [refused] = await tx.query(sql`
    update fee set state = 'set_aside', reason = ${reason.slice(0, 200)}
    where journal_id = ${fee.journalId} and state = 'planned' returning account_id
  `);
  if (!refused) return;
  const step = { date: Temporal.PlainDate.from(fee.toDate), step: STEP };
  await setAside(tx, step, fee.accountId, reason);
}

/** What is charged at the end of a day counts from the next one on, as interest does. */
function journalOf({ journalId, accountId, currency, amount: units, endOfDay, toDate }: FeeRow) {
  const amount = toMoney({ currency, minor: minorOf(currency, decimal(units)) });
  return {
    journalId,
    kind: JournalKind.FEE,
    endOfDay,
    valueDate: Temporal.PlainDate.from(toDate).add({ days: 1 }).toString(),
    legs: [
      { ledgerAccountId: deriveId('lac', accountId), side: Side.DEBIT, amount },
      { ledgerAccountId: ownAccount('fee_income', currency), side: Side.CREDIT, amount },
    ],
  };
}

/** Plans again what of an account was set aside, for the open day, charges it, and takes the account back unless it is set aside again. */
export async function chargeAgain(context: Context, accountId: string, day: string): Promise<void> {
  const { database } = context;
  const head = 'jnl_fee_';
  const moment = Date.now().toString(36).padStart(WHEN_LETTERS, '0');
  await database.query(sql`
    update fee set state = 'planned', reason = null, end_of_day = false, is_asked = false,
      journal_id = ${head + moment} || substr(journal_id, ${head.length + WHEN_LETTERS + 1})
    where account_id = ${accountId} and state = 'set_aside'
  `);
  const advance: StepRun['advance'] = async (work) => void (await database.transaction(work));
  await chargePlanned(context, { date: Temporal.PlainDate.from(day), advance });
  await database.query(sql`delete from set_aside where step = ${STEP} and account_id = ${accountId} and retry`);
}
