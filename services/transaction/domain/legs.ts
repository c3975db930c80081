// How an order is booked: the legs of its journal, in the order in which the ledger applies them.
import { toDecimal } from '#chassis/money.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';

/** One side of a journal in the order's currency; plain JSON, so that it can stand in an intent. */
export interface LegIntent {
  readonly ledgerAccountId: string;
  readonly side: Side;
  /** A plain decimal. */
  readonly amount: string;
  /** The most that may be on the account after it, a plain decimal. Absent: any amount. */
  readonly balanceLimit?: string;
}

/** A fee: who pays it and where it is earned, both ledger accounts. In minor units. */
export interface FeeLegs {
  readonly payer: string;
  readonly income: string;
  readonly fees: readonly bigint[];
}

/**
 * The principal from one ledger account to the other, then each fee in legs of its own, so that the payer sees the
 * amount and the fee apart, and a deposit is there before its fee is taken from it.
 */
export function legsOf(
  principal: { debit: string; credit: string; currency: string; amount: bigint; creditLimit?: string | undefined },
  fees?: FeeLegs,
): LegIntent[] {
  const { debit, credit, currency, amount, creditLimit } = principal;
  const [first, second] = pair(debit, credit, currency, amount);
  return [
    first,
    creditLimit === undefined ? second : { ...second, balanceLimit: creditLimit },
    ...(fees?.fees ?? []).flatMap((fee) => pair(fees?.payer ?? '', fees?.income ?? '', currency, fee)),
  ];
}

/** Which legs of an original to undo, and how much of each. */
export interface ReversedLegIntent {
  readonly legNumber: number;
  readonly amount: { readonly currencyCode: string; readonly amount: string };
}

/**
 * The legs that undo `amount` of an order's principal. When nothing of it is left its fees are given back too, and
 * first: whoever has to pay the principal back may need them for it.
 */
export function reversedLegs(
  order: { currency: string; fees: readonly bigint[] },
  amount: bigint,
  whole: boolean,
): ReversedLegIntent[] {
  const fees = whole ? order.fees : [];
  const both = (first: number, minor: bigint): ReversedLegIntent[] =>
    [first, first + 1].map((legNumber) => ({
      legNumber,
      amount: { currencyCode: order.currency, amount: toDecimal({ currency: order.currency, minor }) },
    }));
  return [...fees.flatMap((fee, index) => both(2 + 2 * index, fee)), ...both(0, amount)];
}

function pair(debit: string, credit: string, currency: string, minor: bigint): [LegIntent, LegIntent] {
  const amount = toDecimal({ currency, minor });
  return [
    { ledgerAccountId: debit, side: Side.DEBIT, amount },
    { ledgerAccountId: credit, side: Side.CREDIT, amount },
  ];
}
