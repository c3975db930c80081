// A night's interest of many accounts by one statement: what domain/interest.ts says, in SQL.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import { exponentOf } from '#rules/currency.ts';
import { nightOf } from '#rules/day-count.ts';
import type { Decimal } from '#rules/decimal.ts';
import { beginsPeriod, endsPeriod, type InterestTerms, type Tier } from './domain/interest.ts';
import type { OverdraftTerms } from './domain/overdraft.ts';

/** A version of a product that pays interest, or whose overdrafts cost some. */
export interface PayingProduct {
  readonly productId: string;
  readonly productVersion: number;
  readonly currency: string;
  readonly terms: InterestTerms;
  readonly overdraft: OverdraftTerms | undefined;
}

/** An account's balance by value date at the end of the day. */
export interface DayBalance {
  readonly accountId: string;
  readonly balance: string;
}

/** By which version of a product interest is kept for an account. */
export interface KeptBy {
  readonly accountId: string;
  readonly productId: string;
  readonly productVersion: number;
}

/** Begins to keep interest for those of the accounts that are in use and whose product has nights, from a day on. Answers them. */
export function beginInterest(
  accountIds: readonly string[],
  date: string,
  paying: readonly PayingProduct[],
): RawBuilder<KeptBy> {
  return sql<KeptBy>`
    insert into interest_account (account_id, product_id, product_version, currency, start_date, accrued_through)
    select a.id, a.product_id, a.product_version, a.currency, ${date}::date, ${date}::date - 1
    from unnest(${sqlArray(accountIds)}::text[]) as page (id)
    join account a on a.id = page.id
    join unnest(
      ${sqlArray(paying.map(({ productId }) => productId))}::text[],
      ${sqlArray(paying.map(({ productVersion }) => productVersion))}::integer[]
    ) as p (id, version) on p.id = a.product_id and p.version = a.product_version
    where a.state in ('active', 'inactive', 'dormant') and not exists (select from interest_account i where i.account_id = page.id)
    on conflict do nothing
    returning account_id as "accountId", product_id as "productId", product_version as "productVersion"
  `;
}

/** By which versions of products interest is kept for the accounts from the first of these to the last, by id; those that keep none are left out. */
export function selectProducts(accountIds: readonly string[]): RawBuilder<KeptBy> {
  return sql<KeptBy>`
    select account_id as "accountId", product_id as "productId", product_version as "productVersion"
    from interest_account where account_id between ${accountIds[0]} and ${accountIds.at(-1)}
  `;
}

/** Accrues the night of a day on those of the accounts that have this product and are accrued up to the day before. */
export function accrueNights(
  { productId, productVersion, currency, terms, overdraft }: PayingProduct,
  date: Temporal.PlainDate,
  page: readonly DayBalance[],
): RawBuilder<{ count: number }> {
  const night = nightOf(terms.dayCount, date);
  const isNew = beginsPeriod(terms.posting, date);
  const soFar = (column: 'balance_sum' | 'nights' | 'weight' | 'compounded' | 'period_earned') =>
    isNew ? sql`0` : sql`i.${sql.ref(column)}`;
  const isDaily = terms.basis === 'daily';
  const base = isDaily ? sql`balance + compounded` : sql`divide_half_even(balance_sum, nights)`;
  const days = isDaily ? sql`${sql.lit(night.days)}` : sql`weight`;
  const compounded = endsPeriod(terms.compounding, date) ? sql`g.period_earned + g.gained` : sql`g.compounded`;
  const day = date.toString();
  // Only where an overdraft costs something is the agreement asked for its limit.
  const limit = overdraft ? sql`(${limitOf(currency)})` : sql`0`;
  return sql<{ count: number }>`
    with began as materialized (
      select i.account_id, i.balance as balance_before, i.overdraft_limit as limit_before, ${limit} as overdraft_limit, p.balance,
        ${soFar('balance_sum')} + p.balance as balance_sum, ${soFar('nights')} + 1 as nights,
        ${soFar('weight')} + ${sql.lit(night.days)} as weight, ${soFar('compounded')} as compounded,
        ${soFar('period_earned')} as period_earned
      from unnest(
        ${sqlArray(page.map(({ accountId }) => accountId))}::text[],
        ${sqlArray(page.map(({ balance }) => balance))}::numeric[]
      ) as p (account_id, balance)
      join interest_account i on i.account_id = p.account_id
      -- The page is in the order of ids: what lies between its ends is all that has to be read.
      where i.account_id between ${page[0]?.accountId} and ${page.at(-1)?.accountId} and i.product_id = ${productId} and i.product_version = ${productVersion}
        and i.accrued_through = ${day}::date - 1
    ), based as materialized (
      select *, ${base} as base from began
    ), rated as materialized (
      select *, ${percents(terms)} * ${days} as percents from based
    ), gained as (
      select *, ${overdraft ? chargeOf(overdraft, date) : sql`0`} as charged, divide_half_even(percents, ${sql.lit(100 * night.basis)}) ${isDaily ? sql`` : sql`- period_earned`} as gained
      from rated
    ), accrued as (
      update interest_account i set accrued_through = ${day}::date, balance = g.balance, balance_sum = g.balance_sum,
        nights = g.nights, weight = g.weight, compounded = ${compounded},
        period_earned = g.period_earned + g.gained, earned = i.earned + g.gained,
        overdraft_limit = g.overdraft_limit, overdraft_accrued = i.overdraft_accrued + g.charged
      from gained g where i.account_id = g.account_id
      returning i.account_id, g.balance, g.balance_before, g.overdraft_limit, g.limit_before
    ), stood as (
      insert into interest_standing (account_id, from_date, balance, overdraft_limit)
      select account_id, ${day}::date, balance, overdraft_limit from accrued
      where balance is distinct from balance_before or overdraft_limit <> limit_before
    )
    select count(*)::int as count from accrued
  `;
}

/** The percents a year on `base`, in each tier. */
function percents({ tiers, tierMethod, minimumBalance }: InterestTerms): RawBuilder<unknown> {
  const whole = tiers
    .toReversed()
    .map(({ from, ratePercent }) => sql`when base >= ${numeric(from)} then base * ${numeric(ratePercent)}`);
  const earning =
    tierMethod === 'sliced' ? slicedPercents(tiers, sql`base`) : sql`case ${sql.join(whole, sql` `)} else 0 end`;
  return sql`case when base <= 0 or base < ${numeric(minimumBalance)} then 0 else (${earning}) end`;
}

/** The percents a year on an amount, each rate for the part in its tier. */
function slicedPercents(tiers: readonly Tier[], amount: RawBuilder<unknown>): RawBuilder<unknown> {
  if (tiers.length === 0) return sql`0`;
  const parts = tiers.map(({ from, ratePercent }, index) => {
    const next = tiers[index + 1];
    const until = next ? sql`least(${amount}, ${numeric(next.from)})` : amount;
    return sql`greatest(${until} - ${numeric(from)}, 0) * ${numeric(ratePercent)}`;
  });
  return sql.join(parts, sql` + `);
}

/** The limit of the overdraft of account `i`, in units of the currency. */
function limitOf(currency: string): RawBuilder<unknown> {
  const minor = sql.lit(10 ** (exponentOf(currency) ?? 2));
  return sql`select a.overdraft_limit::numeric / ${minor} from account a where a.id = i.account_id`;
}

/** What a night costs on a balance below zero: up to the limit, and beyond it. */
function chargeOf({ dayCount, arranged, unarranged }: OverdraftTerms, date: Temporal.PlainDate): RawBuilder<unknown> {
  const { days, basis } = nightOf(dayCount, date);
  const within = sql`least(-balance, overdraft_limit)`;
  const beyond = sql`greatest(-balance - overdraft_limit, 0)`;
  const percents = sql`(${slicedPercents(arranged, within)}) + (${slicedPercents(unarranged, beyond)})`;
  return sql`case when balance >= 0 then 0
    else divide_half_even((${percents}) * ${sql.lit(days)}, ${sql.lit(100 * basis)}) end`;
}

function numeric(value: Decimal): RawBuilder<unknown> {
  return sql`${value.toFixed()}::numeric`;
}
