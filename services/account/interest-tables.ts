// What is kept of interest, as the rules read it.
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { type Decimal, decimal } from '#rules/decimal.ts';
import type { PayingProduct } from './accrual-sql.ts';
import type { Earned } from './domain/closing.ts';
import type { Life } from './domain/interest-life.ts';
import { interestOf } from './domain/interest-terms.ts';
import { refuse } from './domain/refusals.ts';

type Read = Pick<Database, 'query'>;

/** The versions of products that pay interest. */
export async function payingProducts({ query }: Read): Promise<PayingProduct[]> {
  const rows = await query(sql<{ id: string; version: number; terms: JsonObject }>`
    select id, version, terms from product where terms ? 'interest' or terms ? 'interestRatePercent' order by id, version
  `);
  return rows.flatMap(({ id: productId, version: productVersion, terms }) => {
    const interest = interestOf(fromJson(ProductTermsSchema, terms));
    return interest ? [{ productId, productVersion, terms: interest }] : [];
  });
}

/**
 * What an account has earned and was not paid yet, locked until the transaction ends; undefined where it never earned any. Refuses
 * ACCOUNT_BUSY while some of it is planned and not posted.
 */
export async function readEarned({ query }: Read, accountId: string): Promise<Earned | undefined> {
  const [row] = await query(sql<{ terms: JsonObject; accruedThrough: string; outstanding: string }>`
    select p.terms, i.accrued_through::text as "accruedThrough", (i.earned - i.posted)::text as outstanding
    from interest_account i join product p on p.id = i.product_id and p.version = i.product_version
    where i.account_id = ${accountId} for update of i
  `);
  // What the end of a day is about to post would come to an account that has ended.
  const [planned] = await query(sql`
    select from interest_posting where account_id = ${accountId} and state = 'planned'
  `);
  if (planned) throw refuse('ACCOUNT_BUSY');
  const product = row && fromJson(ProductTermsSchema, row.terms);
  const terms = product && interestOf(product);
  const penaltyPercent = decimal(product?.term?.penaltyPercent || '0');
  return (
    row && terms && { terms, penaltyPercent, accruedThrough: row.accruedThrough, outstanding: decimal(row.outstanding) }
  );
}

/** What is kept of the interest of an account. */
export interface Interest {
  readonly productId: string;
  readonly productVersion: number;
  readonly currency: string;
  readonly accruedThrough: Temporal.PlainDate;
  readonly earned: Decimal;
  readonly posted: Decimal;
  readonly life: Life;
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
  }>`
    select product_id as "productId", product_version as "productVersion", currency, start_date::text as start,
      accrued_through::text as "accruedThrough", earned::text, posted::text
    from interest_account where account_id = ${accountId}
  `);
  if (!row) return undefined;
  const standings = await query(sql<{ from: string; balance: string }>`
    select from_date::text as "from", balance::text from interest_standing
    where account_id = ${accountId} order by from_date
  `);
  const corrections = await query(sql<{ date: string; valueDate: string; amount: string }>`
    select date::text, value_date::text as "valueDate", amount::text from interest_correction
    where account_id = ${accountId} order by no
  `);
  const day = Temporal.PlainDate.from;
  return {
    productId: row.productId,
    productVersion: row.productVersion,
    currency: row.currency,
    accruedThrough: day(row.accruedThrough),
    earned: decimal(row.earned),
    posted: decimal(row.posted),
    life: {
      start: day(row.start),
      standings: standings.map(({ from, balance }) => ({ from: day(from), balance: decimal(balance) })),
      corrections: corrections.map(({ date, valueDate, amount }) => ({
        date: day(date),
        valueDate: day(valueDate),
        amount: decimal(amount),
      })),
    },
  };
}
