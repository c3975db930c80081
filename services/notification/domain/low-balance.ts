// Whether a booking has taken an account below what its holder named.
/** From which balance on somebody is told; in minor units. */
export interface Threshold {
  readonly partyId: string;
  readonly accountId: string;
  readonly currency: string;
  readonly below: bigint;
}

/** What a booking did to an account; in minor units. */
export interface Fall {
  readonly accountId: string;
  readonly currency: string;
  /** What it took: more than zero. */
  readonly amount: bigint;
  readonly balanceAfter: bigint;
}

/** Those whose threshold lies between the balance before and the balance after: each is crossed once on the way down. */
export function crossed(fall: Fall, thresholds: readonly Threshold[]): Threshold[] {
  const before = fall.balanceAfter + fall.amount;
  return thresholds.filter(
    ({ accountId, currency, below }) =>
      accountId === fall.accountId && currency === fall.currency && fall.balanceAfter < below && below <= before,
  );
}
