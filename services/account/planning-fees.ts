// Which fees accounts have for the periods that end with a day, and what they come to: kept as they are decided, and charged by
// charging-fees.ts.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { exponentOf } from '#rules/currency.ts';
import type { Context } from './context.ts';
import { balancesOf, feeOf, type PeriodicFee } from './domain/fees.ts';
import { ACCRUAL_PLACES, endsPeriod, periodStart } from './domain/interest.ts';
import { balanceOn, type Life } from './domain/interest-life.ts';
import { type FeeProduct, type FeeRow, feeProducts, insertFees, readBalances } from './fee-tables.ts';
import { keyOf } from './products.ts';

const PAGE = 500;
export const STEP = 'charge-fees';
/** Why an account is set aside whose nights are missing. */
export const MISSED = 'NIGHTS_MISSED';

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

/** The products of which fees are charged at the end of a day, with those. */
export function endingOn(products: readonly FeeProduct[], date: Temporal.PlainDate): FeeProduct[] {
  return products.flatMap((product) => {
    const fees = product.fees.filter(({ period }) => endsPeriod(period, date));
    return fees.length > 0 ? [{ ...product, fees }] : [];
  });
}

const keysOf = (products: readonly FeeProduct[]) => sql`
  select * from unnest(${sqlArray(products.map(({ productId }) => productId))}::text[],
    ${sqlArray(products.map(({ productVersion }) => productVersion))}::integer[])
`;

/** What an account whose nights are missing is charged cannot be told: it is set aside until they are made up for. */
export async function setAsideBehind(tx: Tx, date: Temporal.PlainDate, products: readonly FeeProduct[]): Promise<void> {
  const day = date.toString();
  await tx.query(sql`
    insert into set_aside (step, account_id, date, reason)
    select ${STEP}, a.id, ${day}::date, ${MISSED} from set_aside s join account a on a.id = s.account_id
    where s.step = 'accrue-interest' and (a.product_id, a.product_version) in (${keysOf(products)})
      and a.state in ('active', 'inactive', 'dormant')
      and not exists (select from interest_account i where i.account_id = a.id and i.accrued_through >= ${day}::date)
    on conflict (step, account_id) do update set reason = excluded.reason
  `);
}

/**
 * Decides the fees of the next accounts after one, or later those of one. Answers the last of them, undefined where none is left, and how many
 * fees there are.
 */
export async function planFees(
  tx: Tx,
  date: Temporal.PlainDate,
  products: readonly FeeProduct[],
  which: { readonly after: string } | { readonly accountId: string },
): Promise<{ last: string | undefined; count: number }> {
  const byKey = new Map(products.map((product) => [keyOf(product), product]));
  const accounts = await tx.query(sql<FeeAccount>`
    select i.account_id as "accountId", i.product_id as "productId", i.product_version as "productVersion", i.currency,
      a.open_date::text as "openDate", i.start_date::text as "startDate"
    from interest_account i join account a on a.id = i.account_id
    where (i.product_id, i.product_version) in (${keysOf(products)})
      and i.accrued_through >= ${date.toString()}::date and i.start_date <= ${date.toString()}::date
      and a.state in ('active', 'inactive', 'dormant')
      and ${'after' in which ? sql`i.account_id > ${which.after}` : sql`i.account_id = ${which.accountId}`}
    order by i.account_id limit ${PAGE}
  `);
  const longest = products
    .flatMap(({ fees }) => fees.map(({ period }) => periodStart(period, date)))
    .reduce((first, one) => (Temporal.PlainDate.compare(one, first) < 0 ? one : first), date);
  const ids = accounts.map(({ accountId }) => accountId);
  const lives = await readBalances(tx, ids, { from: longest, until: date });
  const endOfDay = 'after' in which;
  const rows = accounts.flatMap((account) =>
    (byKey.get(keyOf(account))?.fees ?? []).map((fee) => ({
      ...decide(account, fee, date, lives.get(account.accountId)),
      endOfDay,
    })),
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
export const WHEN_LETTERS = 8;

function journalIdOf(accountId: string, code: string, day: string): string {
  return `jnl_fee_${day.replaceAll('-', '')}_${accountId.slice(accountId.indexOf('_') + 1)}_${code.toLowerCase()}`;
}

/** Plans what could not be told of an account while its nights were missing. False while they are yet to be made up for. */
export async function planMissed(
  { database, ledger }: Context,
  accountId: string,
  from: Temporal.PlainDate,
): Promise<boolean> {
  // A day that closes is its own step's.
  if ((await ledger.getBusinessDate({})).closingDates.length > 0) return false;
  const [kept] = await database.query(sql<{ through: string }>`
    select accrued_through::text as through from interest_account where account_id = ${accountId}
  `);
  const through = kept && Temporal.PlainDate.from(kept.through);
  if (!through || Temporal.PlainDate.compare(through, from) < 0) {
    const [waits] = await database.query(sql`
      select from set_aside where step = 'accrue-interest' and account_id = ${accountId} and retry
    `);
    if (!waits) throw new Error(MISSED);
    return false;
  }
  const products = await feeProducts(database);
  for (let day = from; Temporal.PlainDate.compare(day, through) <= 0; day = day.add({ days: 1 })) {
    const ending = endingOn(products, day);
    if (ending.length > 0) await database.transaction((tx) => planFees(tx, day, ending, { accountId }));
  }
  return true;
}
