// What is decided about a till: how much its teller may move alone, what was counted, and how its end is booked.
import { type Amount, fromMoney, fromPositiveMoney, MINOR_MAX, refuseMoney } from '#chassis/money.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { type LegIntent, legsOf } from './legs.ts';
import { refuse } from './refusals.ts';

export type TillState = 'opening' | 'open' | 'closing' | 'closed' | 'refused';
export type TillEntryKind =
  | 'float'
  | 'from_vault'
  | 'to_vault'
  | 'deposit'
  | 'withdrawal'
  | 'reversal'
  | 'difference'
  | 'cheque';
export type TillEntryState = 'pending' | 'booked' | 'refused';

/** Reads what a teller may move alone as the configuration writes it: `CZK:50000,EUR:2000`. Throws a sentence for what is none. */
export function readSoloAmounts(text: string): ReadonlyMap<string, bigint> {
  const entries = text.split(',').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => {
      const [, currencyCode = '', amount = ''] = /^([A-Z]{3}):([0-9.]+)$/.exec(entry) ?? [];
      try {
        return [currencyCode, fromMoney({ currencyCode, amount }).minor] as const;
      } catch (cause) {
        const problem = `the configuration is wrong. TILL_SOLO_AMOUNTS: ${entry} is no currency with an amount`;
        throw new Error(problem, { cause });
      }
    }),
  );
}

/** Refuses a teller alone what needs two. */
export function checkSolo({ currency, minor }: Amount, solo: ReadonlyMap<string, bigint>, isApproved: boolean): void {
  const size = minor < 0n ? -minor : minor;
  if (!isApproved && size > (solo.get(currency) ?? 0n)) throw refuse('TILL_AMOUNT_EXCEEDED');
}

/** What notes and coins come to. Refuses those of another currency. */
export function countedOf(
  counts: readonly { readonly denomination?: Money | undefined; readonly count: number }[],
  currency: string,
): bigint {
  let counted = 0n;
  for (const { denomination, count } of counts) {
    const value = fromPositiveMoney(denomination ?? { currencyCode: '', amount: '' });
    if (value.currency !== currency) throw refuse('CURRENCY_MISMATCH');
    counted += value.minor * BigInt(count);
  }
  if (counted > MINOR_MAX) throw refuseMoney('AMOUNT_OUT_OF_RANGE');
  return counted;
}

/** The ledger accounts that the end of a till is booked on. */
export interface ClosingAccounts {
  readonly till: string;
  readonly vault: string;
  readonly difference: string;
}

/** The legs of the end of a till: first what it has too much or too little, then all of it to the vault. */
export function closingLegs(
  { till, vault, difference: account }: ClosingAccounts,
  { currency, counted, difference }: { currency: string; counted: bigint; difference: bigint },
): LegIntent[] {
  const over = { debit: till, credit: account, currency, amount: difference };
  const short = { debit: account, credit: till, currency, amount: -difference };
  return [
    ...(difference === 0n ? [] : legsOf(difference > 0n ? over : short)),
    ...(counted === 0n ? [] : legsOf({ debit: vault, credit: till, currency, amount: counted })),
  ];
}

/** A currency of ISO 4217. Refuses CURRENCY_UNKNOWN. */
export function checkedCurrency(currencyCode: string): string {
  return fromMoney({ currencyCode, amount: '0' }).currency;
}
