import { sql } from 'kysely';
import { readDate } from '#chassis/dates.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { type Decimal, decimal, ZERO } from '#rules/decimal.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { ACCRUAL_PLACES, periodStart, portionsOf, posting } from '../domain/interest.ts';
import { type LivedDay, relive } from '../domain/interest-life.ts';
import { minorOf } from '../domain/interest-terms.ts';
import { refuse } from '../domain/refusals.ts';
import { readInterest } from '../interest-tables.ts';
import { interestTermsOf } from '../products.ts';

interface PostedRow {
  readonly journalId: string;
  readonly date: string;
  readonly outstanding: string;
  readonly gross: string;
  readonly tax: string;
}

/** Explains what was posted, or what is accrued: computed anew from the balances. */
export function explainInterest({ database, catalogue }: Context): Rpcs<typeof AccountService>['explainInterest'] {
  return async ({ accountId, businessDate }) => {
    const asked = readDate('business_date', businessDate);
    await readRow(database, accountId);
    const kept = await readInterest(database, accountId);
    if (!kept) throw refuse('INTEREST_NOT_FOUND');
    const { currency, life, productId, productVersion } = kept;
    const postings = await database.query(sql<PostedRow>`
      select journal_id as "journalId", date::text, outstanding::text, gross::text, tax::text
      from interest_posting where account_id = ${accountId} and state <> 'refused' order by date, journal_id
    `);
    const posted = asked && postings.findLast(({ date }) => date === asked.toString());
    if (asked && !posted) throw refuse('INTEREST_NOT_FOUND');
    const { message, terms } = interestTermsOf(await catalogue.version(productId, productVersion));
    const until = asked ?? kept.accruedThrough;
    const start = periodStart(terms.posting, until);
    const days = relive(terms, life, until);
    const inPeriod = days.filter(({ day }) => Temporal.PlainDate.compare(day, start) >= 0);
    const before = days.filter(({ day }) => Temporal.PlainDate.compare(day, start) < 0);
    const paid = postings
      .filter(({ date }) => date < until.toString() || (asked === undefined && date === until.toString()))
      .reduce((sum, { gross }) => sum.plus(decimal(gross)), ZERO);
    const broughtForward = earnedOn(before).minus(paid);
    const outstanding = broughtForward.plus(earnedOn(inPeriod));
    const { gross, tax, net } = posting(terms, outstanding, exponentOf(currency) ?? 2);
    const money = (amount: Decimal) => toMoney({ currency, minor: minorOf(currency, amount) });
    return {
      explanation: {
        productId,
        productVersion,
        ...(message && { terms: message }),
        fromDate: inPeriod[0]?.day.toString() ?? '',
        toDate: until.toString(),
        broughtForward: broughtForward.toFixed(ACCRUAL_PLACES),
        nights: nightsOf(terms, inPeriod),
        corrections: inPeriod.flatMap(({ corrections }) =>
          corrections.map(({ date, valueDate, amount, interest }) => ({
            businessDate: date.toString(),
            valueDate: valueDate.toString(),
            amount: amount.toFixed(ACCRUAL_PLACES),
            interest: interest.toFixed(ACCRUAL_PLACES),
          })),
        ),
        outstanding: outstanding.toFixed(ACCRUAL_PLACES),
        recordedOutstanding: (posted ? decimal(posted.outstanding) : kept.earned.minus(kept.posted)).toFixed(
          ACCRUAL_PLACES,
        ),
        ...(posted && { gross: money(gross), tax: money(tax), net: money(net), journalId: posted.journalId }),
      },
    };
  };
}

function earnedOn(days: readonly LivedDay[]): Decimal {
  return days.reduce(
    (sum, { night, corrections }) =>
      corrections.reduce((all, { interest }) => all.plus(interest), sum).plus(night.interest),
    ZERO,
  );
}

/** The nights, those in a row that were alike as one. */
function nightsOf(terms: Parameters<typeof portionsOf>[0], days: readonly LivedDay[]) {
  const nights: (ReturnType<typeof nightOf> & { fromDate: string; toDate: string })[] = [];
  for (const lived of days) {
    const night = nightOf(terms, lived);
    const last = nights.at(-1);
    const date = lived.day.toString();
    const isAlike =
      last?.balance === night.balance &&
      last.base === night.base &&
      last.interest === night.interest &&
      last.yearDays === night.yearDays;
    if (last && isAlike) last.toDate = date;
    else nights.push({ ...night, fromDate: date, toDate: date });
  }
  return nights;
}

function nightOf(terms: Parameters<typeof portionsOf>[0], { night, balance }: LivedDay) {
  return {
    balance: balance.toFixed(ACCRUAL_PLACES),
    base: night.base.toFixed(ACCRUAL_PLACES),
    portions: portionsOf(terms, night.base).map(({ amount, ratePercent }) => ({
      amount: amount.toFixed(ACCRUAL_PLACES),
      ratePercent: ratePercent.toFixed(),
    })),
    yearDays: night.fraction.days,
    yearBasis: night.fraction.basis,
    interest: night.interest.toFixed(ACCRUAL_PLACES),
  };
}
