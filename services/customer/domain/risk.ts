// How likely it is that a customer is in it for crime, by what is known of them.
import { type KycTierSet, RiskRating, RiskReason } from '#gen/bank/customer/v1/kyc_pb.ts';

/** What the rule looks at. Dates are YYYY-MM-DD. */
export interface RiskFacts {
  /** Whether a sanctions hit of theirs is open or confirmed. */
  readonly restricted: boolean;
  /** Of residence, address and identifiers. */
  readonly countryCodes: readonly string[];
  readonly organisation: boolean;
  /** Empty for a person. */
  readonly registrationDate: string;
  readonly ownersKnown: boolean;
  /** When something was verified last. Undefined: never, or nothing of it counts any more. */
  readonly verifyDate: string | undefined;
}

const YOUNG_MONTHS = 12;
const OLD_MONTHS = 36;

const HIGH: ReadonlySet<RiskReason> = new Set([RiskReason.SANCTIONS_HIT, RiskReason.HIGH_RISK_COUNTRY]);

/** Rates a customer: high for one reason that makes it so, medium for any other. */
export function rate(
  facts: RiskFacts,
  { highRiskCountryCodes, monitoredCountryCodes }: Pick<KycTierSet, 'highRiskCountryCodes' | 'monitoredCountryCodes'>,
  today: Temporal.PlainDate,
): { readonly rating: RiskRating; readonly reasons: RiskReason[] } {
  const { organisation, registrationDate, verifyDate } = facts;
  const isOf = (countries: readonly string[]) => facts.countryCodes.some((code) => countries.includes(code));
  const since = (months: number) => today.subtract({ months }).toString();
  const reasons: RiskReason[] = [];
  if (facts.restricted) reasons.push(RiskReason.SANCTIONS_HIT);
  if (isOf(highRiskCountryCodes)) reasons.push(RiskReason.HIGH_RISK_COUNTRY);
  if (isOf(monitoredCountryCodes)) reasons.push(RiskReason.MONITORED_COUNTRY);
  if (organisation && !facts.ownersKnown) reasons.push(RiskReason.OWNERS_UNKNOWN);
  if (organisation && registrationDate > since(YOUNG_MONTHS)) reasons.push(RiskReason.YOUNG_ORGANISATION);
  if (verifyDate === undefined) reasons.push(RiskReason.NOTHING_VERIFIED);
  else if (verifyDate < since(OLD_MONTHS)) reasons.push(RiskReason.OLD_EVIDENCE);
  if (reasons.some((reason) => HIGH.has(reason))) return { rating: RiskRating.HIGH, reasons };
  return { rating: reasons.length > 0 ? RiskRating.MEDIUM : RiskRating.LOW, reasons };
}
