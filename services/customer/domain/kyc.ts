// Which tier a customer is of, by what is verified of them, and until when that counts.
import { fromMoney } from '#chassis/money.ts';
import type { DocumentKind } from '#gen/bank/customer/v1/document_pb.ts';
import type { KycRequirement, KycTier, KycTierSet } from '#gen/bank/customer/v1/kyc_pb.ts';
import { isCountry } from './countries.ts';
import { refuse } from './refusals.ts';

/** The tiers that somebody publishes. */
export type TierTerms = Pick<KycTierSet, 'tiers' | 'validities' | 'highRiskCountryCodes' | 'monitoredCountryCodes'>;

/** What counts of a customer. */
export interface Verified {
  readonly organisation: boolean;
  readonly kinds: ReadonlySet<DocumentKind>;
}

/** Refuses tiers that make no sense. */
export function checkTierSet({ tiers, validities, highRiskCountryCodes, monitoredCountryCodes }: TierTerms): void {
  const problem = (what: string) => refuse('KYC_TIERS_INVALID', { problem: what });
  if (hasTwice(tiers.map(({ code }) => code))) throw problem('CODE_TWICE');
  if (tiers[0] && tiers[0].requirements.length > 0) throw problem('FIRST_TIER_REQUIRES');
  if (hasTwice(validities.map(({ kind }) => kind))) throw problem('VALIDITY_TWICE');
  if (validities.some(({ months, highRiskMonths }) => highRiskMonths > months)) throw problem('HIGH_RISK_LONGER');
  const known = new Set(validities.map(({ kind }) => kind));
  const asked = tiers.flatMap(({ requirements }) => requirements.flatMap(({ anyOf }) => anyOf));
  if (asked.some((kind) => !known.has(kind))) throw problem('VALIDITY_MISSING');
  for (const { limits } of tiers) {
    if (hasTwice(limits.map(({ currencyCode }) => currencyCode))) throw problem('CURRENCY_TWICE');
    for (const { currencyCode, transferAmount, dayAmount, balanceAmount } of limits) {
      for (const amount of [transferAmount || '0', dayAmount, balanceAmount]) {
        if (amount !== '') fromMoney({ currencyCode, amount });
      }
    }
  }
  const unknown = [...highRiskCountryCodes, ...monitoredCountryCodes].find((code) => !isCountry(code));
  if (unknown !== undefined) throw refuse('COUNTRY_UNKNOWN', { country_code: unknown });
}

function hasTwice(all: readonly unknown[]): boolean {
  return new Set(all).size < all.length;
}

/** The last of the tiers for which all is verified. Nothing has to be for the first. */
export function tierFor(tiers: readonly KycTier[], verified: Verified): KycTier {
  const tier = tiers.findLast((one, place) => place === 0 || missingFor(one, verified).length === 0);
  if (!tier) throw new Error('there are no tiers');
  return tier;
}

/** What is still to be verified of a customer for a tier. */
export function missingFor({ requirements }: KycTier, { organisation, kinds }: Verified): KycRequirement[] {
  return requirements.filter((one) => one.organisation === organisation && !one.anyOf.some((kind) => kinds.has(kind)));
}

/** The last day on which evidence counts: as long as its kind does at this risk, and no longer than the document is valid. */
export function expireDateOf(
  { kind, verifyDate, documentExpireDate }: { kind: DocumentKind; verifyDate: string; documentExpireDate: string },
  validities: KycTierSet['validities'],
  isHighRisk: boolean,
): string {
  const validity = validities.find((one) => one.kind === kind);
  // Of what no tier asks for, the document itself says it; or it is as if it did not count from the next day on.
  if (!validity) return documentExpireDate || verifyDate;
  const months = isHighRisk ? validity.highRiskMonths : validity.months;
  const last = Temporal.PlainDate.from(verifyDate).add({ months }).toString();
  return documentExpireDate !== '' && documentExpireDate < last ? documentExpireDate : last;
}
