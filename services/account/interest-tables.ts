// What is kept of interest, as the rules read it.
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { type Decimal, decimal } from '#rules/decimal.ts';
import type { PayingProduct } from './accrual-sql.ts';
import type { EndTerms } from './closing.ts';
import { unit } from './closing-journals.ts';
import type { Earned } from './domain/closing.ts';
import type { Life } from './domain/interest-life.ts';
import { interestOf, NO_INTEREST, overdraftOf } from './domain/interest-terms.ts';
import { refuse } from './domain/refusals.ts';

type Read = Pick<Database, 'query'>;

/** The versions of products of whose accounts nights are kept: that pay interest, whose overdrafts cost some, or that have periodic fees. */
export async function payingProducts({ query }: Read): Promise<PayingProduct[]> {
  const rows = await query(sql<{ id: string; version: number; currency: string; terms: JsonObject }>`
    select id, version, currency, terms from product
    where terms ?| array['interest', 'interestRatePercent', 'overdraftInterest', 'periodicFees'] order by id, version
  `);
  return rows.flatMap(({ id: productId, version: productVersion, currency, terms: json }) => {
    const message = fromJson(ProductTermsSchema, json);
    const [interest, overdraft] = [interestOf(message), overdraftOf(message)];
    // Fees ask for the balances of the nights, which are kept here.
    if (!interest && !overdraft && message.periodicFees.length === 0) return [];
    return [{ productId, productVersion, currency, terms: interest ?? NO_INTEREST, overdraft }];
  });
}

/**
 * What an account has earned and was not paid yet, locked until the transaction ends; undefined where it never earned any. Refuses
 * ACCOUNT_BUSY while some of it, or a fee, is planned and not posted.
 */
export async function readEarned({ query }: Read, accountId: string): Promise<Earned | undefined> {
  const [row] = await query(sql<{ terms: JsonObject; accruedThrough: string; outstanding: string; owed: string }>`
    select p.terms, i.accrued_through::text as "accruedThrough", (i.earned - i.posted)::text as outstanding,
      (i.overdraft_accrued - i.overdraft_posted)::text as owed
    from interest_account i join product p on p.id = i.product_id and p.version = i.product_version
    where i.account_id = ${accountId} for update of i
  `);
  // What the end of a day is about to post, or to charge, would come to an account that has ended.
  const [planned] = await query(sql`
    select from interest_posting where account_id = ${accountId} and state = 'planned'
    union all select from fee where account_id = ${accountId} and state = 'planned'
  `);
  if (planned) throw refuse('ACCOUNT_BUSY');
  const product = row && fromJson(ProductTermsSchema, row.terms);
  if (!row || !product) return undefined;
  const overdraft = overdraftOf(product);
  return {
    terms: interestOf(product) ?? NO_INTEREST,
    penaltyPercent: decimal(product.term?.penaltyPercent || '0'),
    accruedThrough: row.accruedThrough,
    outstanding: decimal(row.outstanding),
    ...(overdraft && { overdraft: { terms: overdraft, owed: decimal(row.owed) } }),
  };
}

/** What is kept of the interest of an account. */
export interface Interest {
  readonly productId: string;
  readonly productVersion: number;
  readonly currency: string;
  readonly accruedThrough: Temporal.PlainDate;
  readonly earned: Decimal;
  readonly posted: Decimal;
  readonly overdraftAccrued: Decimal;
  readonly overdraftPosted: Decimal;
  readonly life: Life;
  /** The versions of its product that it has left, with the last night of each, from the oldest on. */
  readonly left: readonly { readonly until: string; readonly productVersion: number }[];
}

/** By which version of its product the interest of an account is computed on a day. */
export function versionOn(
  { left, productVersion }: Pick<Interest, 'left' | 'productVersion'>,
  day: Temporal.PlainDate,
): number {
  const text = day.toString();
  return left.find(({ until }) => text <= until)?.productVersion ?? productVersion;
}

/** Reads all that is kept of the interest of an account, if it ever earned any. */
export async function readInterest({ query }: Read, accountId: string): Promise<Interest | undefined> {
  const [row] = await query(sql<{
    productId: string;
    productVersion: number;
    currency: string;
    start: string;
    accruedThrough: string;
    earned: string;
    posted: string;
    overdraftAccrued: string;
    overdraftPosted: string;
  }>`
    select product_id as "productId", product_version as "productVersion", currency, start_date::text as start,
      accrued_through::text as "accruedThrough", earned::text, posted::text,
      overdraft_accrued::text as "overdraftAccrued", overdraft_posted::text as "overdraftPosted"
    from interest_account where account_id = ${accountId}
  `);
  if (!row) return undefined;
  const standings = await query(sql<{ from: string; balance: string; limit: string }>`
    select from_date::text as "from", balance::text, overdraft_limit::text as "limit" from interest_standing
    where account_id = ${accountId} order by from_date
  `);
  const corrections = await query(sql<{ date: string; valueDate: string; amount: string }>`
    select date::text, value_date::text as "valueDate", amount::text from interest_correction
    where account_id = ${accountId} order by no
  `);
  const left = await query(sql<{ until: string; productVersion: number }>`
    select until_date::text as until, product_version as "productVersion" from interest_version
    where account_id = ${accountId} order by until_date
  `);
  const day = Temporal.PlainDate.from;
  return {
    left,
    productId: row.productId,
    productVersion: row.productVersion,
    currency: row.currency,
    accruedThrough: day(row.accruedThrough),
    earned: decimal(row.earned),
    posted: decimal(row.posted),
    overdraftAccrued: decimal(row.overdraftAccrued),
    overdraftPosted: decimal(row.overdraftPosted),
    life: {
      start: day(row.start),
      standings: standings.map(({ from, balance, limit }) => ({
        from: day(from),
        balance: decimal(balance),
        limit: decimal(limit),
      })),
      corrections: corrections.map(({ date, valueDate, amount }) => ({
        date: day(date),
        valueDate: day(valueDate),
        amount: decimal(amount),
      })),
    },
  };
}

/** Writes what an account was paid at its end, and charged: one journal, and a row of each. */
export function insertLastInterest(
  {
    journalId,
    accountId,
    currency,
  }: { readonly journalId: string; readonly accountId: string; readonly currency: string },
  { gross, penalty = '0', tax, charge = '0', owed = '0', outstanding, date }: NonNullable<EndTerms['interest']>,
): RawBuilder<unknown> {
  const numeric = (minor: string) => sql`${unit(currency, minor)}::numeric`;
  return sql`
    insert into interest_posting (journal_id, account_id, date, currency, outstanding, gross, penalty, tax, end_of_day, state, kind)
    select ${journalId}, ${accountId}, ${date}::date, ${currency}, p.outstanding, p.gross, p.penalty, p.tax, false, 'posted', p.kind
    from (values
      (${outstanding}::numeric, ${numeric(gross)}, ${numeric(penalty)}, ${numeric(tax)}, 'credit'),
      (${owed}::numeric, ${numeric(charge)}, 0, 0, 'overdraft')
    ) p (outstanding, gross, penalty, tax, kind)
    where p.gross > 0
  `;
}
