// What becomes of a payment whose parties may be on a sanctions list, or of whom nobody can say now.
import { type Amount, fromMoney } from '#chassis/money.ts';
import { refuse } from './refusals.ts';

/** A party to a payment that is like one on a list, in plain JSON. The names are the list's. */
export interface PartyMatch {
  readonly party: Party;
  readonly list: string;
  readonly entryNumber: string;
  readonly matchedName: string;
  /** Percent. */
  readonly score: number;
}

export type Party = 'CREDITOR' | 'DEBTOR';

/** What is said of the parties: who they may be, or that nobody can say. */
export type Screened = readonly PartyMatch[] | 'unavailable';

/** Why a payment is held. */
export interface Finding {
  readonly screening: 'match' | 'unavailable';
  readonly matches: readonly PartyMatch[];
}

/** The reasons of a review, by why a payment is held. */
export const REASON_OF = { match: 'SANCTIONS_MATCH', unavailable: 'SCREENING_UNAVAILABLE' } as const;

/**
 * Why a payment is held, or undefined where nobody is alike. While nobody can say, amounts up to that of their currency wait; larger ones, and
 * those of a currency that is not named, are refused SCREENING_UNAVAILABLE. None passes.
 */
export function findingOf(
  screened: Screened,
  { currency, minor }: Amount,
  waiting: ReadonlyMap<string, bigint>,
): Finding | undefined {
  if (screened === 'unavailable' && minor > (waiting.get(currency) ?? 0n)) throw refuse('SCREENING_UNAVAILABLE');
  return anyFindingOf(screened);
}

/** The same of a payment that waits while nobody can say, whatever its amount. */
export function anyFindingOf(screened: Screened): Finding | undefined {
  if (screened === 'unavailable') return { screening: 'unavailable', matches: [] };
  return screened.length > 0 ? { screening: 'match', matches: screened } : undefined;
}

/** The reasons of a review as its customer reads them: nobody is told that they, or whom they pay, may be on a list. */
export function toldReasons(reasons: readonly string[]): string {
  const hidden: readonly string[] = Object.values(REASON_OF);
  return [...new Set(reasons.map((reason) => (hidden.includes(reason) ? 'COMPLIANCE_CHECK' : reason)))].join();
}

/** Reads up to which amounts payments wait, as the configuration writes them: `CZK:50000,EUR:2000`. Throws a sentence for what is none. */
export function readWaiting(text: string): ReadonlyMap<string, bigint> {
  const amounts = text.split(',').filter((one) => one !== '');
  return new Map(
    amounts.map((one) => {
      const [currencyCode = '', amount = ''] = one.split(':');
      try {
        return [currencyCode, fromMoney({ currencyCode, amount }).minor] as const;
      } catch (cause) {
        throw new Error(`the configuration is wrong. UNSCREENED_AMOUNTS: ${one} is no currency with an amount`, {
          cause,
        });
      }
    }),
  );
}
