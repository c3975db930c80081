// What the tiers of those who own an account let orders do. The customer service says of which tier they are, and what a tier allows.
import { refuseCall } from '#chassis/errors.ts';
import { type Amount, fromMoney } from '#chassis/money.ts';
import { refuse } from './refusals.ts';

/** What the tier of an owner allows in the currency of the account. Amounts are plain decimals; an absent one: any. */
export interface OwnerTier {
  readonly customerId: string;
  /** False: it was told of which tier they are, and not yet what that allows. */
  readonly known: boolean;
  /** False: the tier allows everything. */
  readonly limited: boolean;
  /** Null where the tier allows nothing in this currency. */
  readonly limits: {
    readonly transferAmount?: string;
    readonly dayAmount?: string;
    readonly balanceAmount?: string;
  } | null;
}

/** The owners whose tiers limit anything. */
export type OwnerTiers = readonly OwnerTier[] | null;

type Limit = 'transferAmount' | 'dayAmount' | 'balanceAmount';

/** How much is allowed in minor units; undefined: any. */
function allowed({ known, limited, limits }: OwnerTier, limit: Limit, currencyCode: string): bigint | undefined {
  // It comes within moments: repeat the call.
  if (!known) throw refuseCall('SERVICE_UNAVAILABLE');
  if (!limited) return undefined;
  if (limits === null) return 0n;
  const amount = limits[limit];
  return amount === undefined ? undefined : fromMoney({ currencyCode, amount }).minor;
}

/** Refuses more than the tier of an owner of the account to take from allows at once. */
export function checkTransferAmount(tiers: OwnerTiers, { currency, minor }: Amount): void {
  for (const tier of tiers ?? []) {
    const limit = allowed(tier, 'transferAmount', currency);
    if (limit !== undefined && minor > limit) throw refuse('TIER_LIMIT_EXCEEDED');
  }
}

/** How much orders may take from all accounts of each owner together on a day, of those who may not take any amount. */
export function dayAllowances(
  tiers: OwnerTiers,
  currency: string,
): { readonly customerId: string; readonly minor: bigint }[] {
  return (tiers ?? []).flatMap((tier) => {
    const minor = allowed(tier, 'dayAmount', currency);
    return minor === undefined ? [] : [{ customerId: tier.customerId, minor }];
  });
}

/** The most that may be on the account; undefined: any amount. */
export function balanceLimit(tiers: OwnerTiers, currency: string): bigint | undefined {
  const limits = (tiers ?? []).flatMap((tier) => allowed(tier, 'balanceAmount', currency) ?? []);
  return limits.length === 0 ? undefined : limits.reduce((least, one) => (one < least ? one : least));
}
