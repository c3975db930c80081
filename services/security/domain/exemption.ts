// When an order that asks for a step-up goes on without one.
import { StepUpExemption } from '#gen/bank/security/v1/scoring_pb.ts';
import type { JudgedOrder, Known } from './scoring.ts';
import type { Judging } from './scoring-policy.ts';

/** What may exempt an order; amounts are minor units. */
export interface Exempting {
  readonly isTrusted: boolean;
  /** What was transferred from the account until its last step-up, this one among it: how often, and how much. Zero: there was none. */
  readonly markTransfers: bigint;
  readonly markTotal: bigint;
}

/**
 * Why an order needs no step-up. A small one has to fit both limits since the last: RTS 2018/389, 16(b) and (c), lets a bank choose one, and
 * the second bounds what a proved payment that was never booked leaves free.
 */
export function exemptionOf(
  { currency, amount }: JudgedOrder,
  { transfers, total }: Known,
  { isTrusted, markTransfers, markTotal }: Exempting,
  { policy, amounts }: Judging,
): StepUpExemption {
  if (isTrusted) return StepUpExemption.TRUSTED_PAYEE;
  const low = amounts.get(currency)?.lowValue;
  const isLow =
    low !== undefined &&
    amount <= low.each &&
    total - markTotal + amount <= low.total &&
    transfers - markTransfers < BigInt(policy.lowValueCount);
  return isLow ? StepUpExemption.LOW_VALUE : StepUpExemption.UNSPECIFIED;
}
