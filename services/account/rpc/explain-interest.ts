import { sql } from 'kysely';
import { readDate } from '#chassis/dates.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
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
import { interestOf, minorOf, overdraftOf } from '../domain/interest-terms.ts';
import { refuse } from '../domain/refusals.ts';
import { readInterest } from '../interest-tables.ts';
import { termsOf } from '../products.ts';
import type { ProductRow } from '../tables.ts';

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
    const { currency, life, productId, productVersion } = kept;
    const { explaining, terms } = explainingOf(kind, await catalogue.version(productId, productVersion));
    const postings = await database.query(sql<PostedRow>`
      select journal_id as "journalId", date::text, outstanding::text, gross::text, tax::text
      from interest_posting where account_id = ${accountId} and kind = ${kind} and state <> 'refused' order by date, journal_id
    `);
    const posted = date && postings.findLast((one) => one.date === date.toString());
    if (date && !posted) throw refuse('INTEREST_NOT_FOUND');
    const until = date ?? kept.accruedThrough;
    const start = periodStart(explaining.posting, until);
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

/** How interest is explained by the terms of a version, and those terms as the contract writes them. Refuses INTEREST_NOT_FOUND. */
function explainingOf(kind: InterestSide, row: ProductRow) {
  const message = termsOf(row);
  const [interest, overdraft] = [interestOf(message), overdraftOf(message)];
  const explaining: Explaining | undefined =
    kind === 'credit' ? interest && explainingCredit(interest) : overdraft && explainingOverdraft(overdraft);
  if (!explaining) throw refuse('INTEREST_NOT_FOUND');
  const terms =
    kind === 'credit'
      ? { ...(message.interest && { terms: message.interest }) }
      : { ...(message.overdraftInterest && { overdraftTerms: message.overdraftInterest }) };
  return { explaining, terms };
}
