// Why an amount of interest is what it is: computed anew from the balances, of what is earned and of what an overdraft costs alike.
import { type Decimal, ZERO } from '#rules/decimal.ts';
import { ACCRUAL_PLACES, type InterestTerms, type OfDay, onDay, type Period, portionsOf, posting } from './interest.ts';
import { type BackValued, type Life, relive } from './interest-life.ts';
import { chargeOf, type OverdraftTerms, reliveOverdraft } from './overdraft.ts';

type Day = Temporal.PlainDate;

/** A night, as it is explained: amounts as text, to 10 places. */
export interface ExplainedNight {
  readonly balance: string;
  readonly base: string;
  readonly portions: readonly { readonly amount: string; readonly ratePercent: string; readonly unarranged: boolean }[];
  readonly yearDays: number;
  readonly yearBasis: number;
  readonly interest: string;
  readonly overdraftLimit: string;
}

/** A day, as it is explained. */
export interface ExplainedDay {
  readonly day: Day;
  readonly corrections: readonly (BackValued & { readonly interest: Decimal })[];
  readonly interest: Decimal;
  readonly night: ExplainedNight;
}

/** How interest of a side is computed and posted. */
export interface Explaining {
  readonly posting: Period;
  daysUntil(life: Life, until: Day): ExplainedDay[];
  posted(outstanding: Decimal, exponent: number): Record<'gross' | 'tax' | 'net', Decimal>;
}

const text = (amount: Decimal) => amount.toFixed(ACCRUAL_PLACES);

/** What an account earns: by the terms of each day, posted by those of one of them. */
export function explainingCredit(terms: OfDay<InterestTerms>, at: Day): Explaining {
  const termsOn = onDay(terms);
  return {
    posting: termsOn(at).posting,
    daysUntil: (life, until) =>
      relive(terms, life, until).map(({ day, corrections, balance, night }) => ({
        day,
        corrections,
        interest: night.interest,
        night: {
          balance: text(balance),
          base: text(night.base),
          portions: portionsOf(termsOn(day), night.base).map((portion) =>
            portionMessage({ ...portion, unarranged: false }),
          ),
          yearDays: night.fraction.days,
          yearBasis: night.fraction.basis,
          interest: text(night.interest),
          overdraftLimit: '',
        },
      })),
    posted: (outstanding, exponent) => posting(termsOn(at), outstanding, exponent),
  };
}

/** What an overdraft costs: by the terms of each day, charged by those of one of them. */
export function explainingOverdraft(terms: OfDay<OverdraftTerms>, at: Day): Explaining {
  const termsAt = onDay(terms)(at);
  return {
    posting: termsAt.posting,
    daysUntil: (life, until) =>
      reliveOverdraft(terms, life, until).map(({ day, corrections, balance, night }) => ({
        day,
        corrections,
        interest: night.interest,
        night: {
          balance: text(balance),
          base: text(night.overdrawn),
          portions: night.portions.map(portionMessage),
          yearDays: night.fraction.days,
          yearBasis: night.fraction.basis,
          interest: text(night.interest),
          overdraftLimit: text(night.limit),
        },
      })),
    posted(outstanding, exponent) {
      const gross = chargeOf(termsAt, outstanding, exponent);
      return { gross, tax: ZERO, net: gross };
    },
  };
}

function portionMessage(portion: { amount: Decimal; ratePercent: Decimal; unarranged: boolean }) {
  return { amount: text(portion.amount), ratePercent: portion.ratePercent.toFixed(), unarranged: portion.unarranged };
}

/** The nights, those in a row that were alike as one. */
export function nightsInRow(days: readonly ExplainedDay[]) {
  const nights: (ExplainedNight & { fromDate: string; toDate: string })[] = [];
  for (const { day, night } of days) {
    const last = nights.at(-1);
    const date = day.toString();
    const isAlike =
      last?.balance === night.balance &&
      last.base === night.base &&
      last.interest === night.interest &&
      last.yearDays === night.yearDays &&
      last.overdraftLimit === night.overdraftLimit;
    if (last && isAlike) last.toDate = date;
    else nights.push({ ...night, fromDate: date, toDate: date });
  }
  return nights;
}

/** What days came to, corrections and nights. */
export function accruedOn(days: readonly ExplainedDay[]): Decimal {
  return days.reduce(
    (sum, { interest, corrections }) => corrections.reduce((all, one) => all.plus(one.interest), sum).plus(interest),
    ZERO,
  );
}
