import { create } from '@bufbuild/protobuf';
import { sql } from 'kysely';
import { readDate } from '#chassis/dates.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type ProductTerms, ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { InterestKind } from '#gen/bank/account/v1/interest_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { type Decimal, decimal, ZERO } from '#rules/decimal.ts';
import { readRow } from '../accounts.ts';
import type { InterestSide } from '../booking-interest.ts';
import type { Context } from '../context.ts';
import { ACCRUAL_PLACES, periodStart } from '../domain/interest.ts';
import {
  accruedOn,
  type Explaining,
  explainingCredit,
  explainingOverdraft,
  nightsInRow,
} from '../domain/interest-explained.ts';
import { interestOf, minorOf, NO_INTEREST, NO_OVERDRAFT, overdraftOf } from '../domain/interest-terms.ts';
import { refuse } from '../domain/refusals.ts';
import { type Interest, readInterest, versionOn } from '../interest-tables.ts';
import { type Catalogue, termsOf } from '../products.ts';

interface PostedRow {
  readonly journalId: string;
  readonly date: string;
  readonly outstanding: string;
  readonly gross: string;
  readonly tax: string;
}

/** Explains what was posted, or what is accrued: computed anew from the balances. */
export function explainInterest({ database, catalogue }: Context): Rpcs<typeof AccountService>['explainInterest'] {
  return async ({ accountId, businessDate, kind: asked }) => {
    const date = readDate('business_date', businessDate);
    const kind = asked === InterestKind.OVERDRAFT ? 'overdraft' : 'credit';
    await readRow(database, accountId);
    const kept = await readInterest(database, accountId);
    if (!kept) throw refuse('INTEREST_NOT_FOUND');
    const { currency, life, productId } = kept;
    const postings = await database.query(sql<PostedRow>`
      select journal_id as "journalId", date::text, outstanding::text, gross::text, tax::text
      from interest_posting where account_id = ${accountId} and kind = ${kind} and state <> 'refused' order by date, journal_id
    `);
    const posted = date && postings.findLast((one) => one.date === date.toString());
    if (date && !posted) throw refuse('INTEREST_NOT_FOUND');
    const until = date ?? kept.accruedThrough;
    const productVersion = versionOn(kept, until);
    const { explaining, terms } = explainingOf(kind, kept, await versionsOf(catalogue, kept), until);
    const begin = periodStart(explaining.posting, until);
    const since = kept.left.findLast((one) => one.until < until.toString());
    const change = since && Temporal.PlainDate.from(since.until).add({ days: 1 });
    const start = change && Temporal.PlainDate.compare(change, begin) > 0 ? change : begin;
    const days = explaining.daysUntil(life, until);
    const inPeriod = days.filter(({ day }) => Temporal.PlainDate.compare(day, start) >= 0);
    const before = days.filter(({ day }) => Temporal.PlainDate.compare(day, start) < 0);
    const paid = postings
      .filter((one) => one.date < until.toString() || (date === undefined && one.date === until.toString()))
      .reduce((sum, { gross }) => sum.plus(decimal(gross)), ZERO);
    const broughtForward = accruedOn(before).minus(paid);
    const outstanding = broughtForward.plus(accruedOn(inPeriod));
    const { gross, tax, net } = explaining.posted(outstanding, exponentOf(currency) ?? 2);
    const money = (amount: Decimal) => toMoney({ currency, minor: minorOf(currency, amount) });
    const recorded =
      kind === 'credit' ? kept.earned.minus(kept.posted) : kept.overdraftAccrued.minus(kept.overdraftPosted);
    return {
      explanation: {
        productId,
        productVersion,
        ...terms,
        fromDate: inPeriod[0]?.day.toString() ?? '',
        toDate: until.toString(),
        broughtForward: broughtForward.toFixed(ACCRUAL_PLACES),
        nights: nightsInRow(inPeriod).map((night) => ({ ...night, portions: [...night.portions] })),
        corrections: inPeriod.flatMap(({ corrections }) =>
          corrections.map(({ date: booked, valueDate, amount, interest }) => ({
            businessDate: booked.toString(),
            valueDate: valueDate.toString(),
            amount: amount.toFixed(ACCRUAL_PLACES),
            interest: interest.toFixed(ACCRUAL_PLACES),
          })),
        ),
        outstanding: outstanding.toFixed(ACCRUAL_PLACES),
        recordedOutstanding: (posted ? decimal(posted.outstanding) : recorded).toFixed(ACCRUAL_PLACES),
        ...(posted && { gross: money(gross), tax: money(tax), net: money(net), journalId: posted.journalId }),
      },
    };
  };
}

/** The terms of the versions of its product by which the interest of an account was computed, by their numbers. */
async function versionsOf({ version }: Catalogue, { productId, productVersion, left }: Interest) {
  const numbers = new Set([...left.map((one) => one.productVersion), productVersion]);
  const rows = await Promise.all([...numbers].map(async (no) => [no, termsOf(await version(productId, no))] as const));
  return new Map(rows);
}

/**
 * How interest is explained: each night by the version of its day, what is posted by that of the last, whose terms it names as the contract writes
 * them. Refuses INTEREST_NOT_FOUND where no version has any.
 */
function explainingOf(
  kind: InterestSide,
  kept: Interest,
  versions: ReadonlyMap<number, ProductTerms>,
  until: Temporal.PlainDate,
) {
  const messageOn = (day: Temporal.PlainDate) => versions.get(versionOn(kept, day)) ?? create(ProductTermsSchema);
  const of = <T>(read: (terms: ProductTerms) => T | undefined, none: T) => {
    const byNumber = new Map([...versions].map(([no, terms]) => [no, read(terms)]));
    if ([...byNumber.values()].every((terms) => terms === undefined)) throw refuse('INTEREST_NOT_FOUND');
    return (day: Temporal.PlainDate) => byNumber.get(versionOn(kept, day)) ?? none;
  };
  const explaining: Explaining =
    kind === 'credit'
      ? explainingCredit(of(interestOf, NO_INTEREST), until)
      : explainingOverdraft(of(overdraftOf, NO_OVERDRAFT), until);
  const { interest, overdraftInterest } = messageOn(until);
  const terms =
    kind === 'credit'
      ? { ...(interest && { terms: interest }) }
      : { ...(overdraftInterest && { overdraftTerms: overdraftInterest }) };
  return { explaining, terms };
}
