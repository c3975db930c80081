// What becomes of a hit when its customer is screened again.

/** Where a hit is in its life, as it is stored. */
export type HitState = 'OPEN' | 'CLEARED' | 'CONFIRMED' | 'LAPSED';

/** A hit that is known, or what was found now. `basis` says of what, on either side. */
export interface Basis {
  readonly basis: Buffer;
}

/**
 * What a screening makes of a hit. Nobody is asked again what was decided of the very same; what changed on either side is decided anew; what is
 * confirmed stays so until somebody clears it, whatever the list says.
 */
export function becomes(
  known: (Basis & { readonly state: HitState }) | undefined,
  found: Basis | undefined,
): { readonly state: HitState; readonly isNews: boolean } | undefined {
  if (!found) return known?.state === 'OPEN' ? { state: 'LAPSED', isNews: true } : undefined;
  if (!known || known.state === 'LAPSED') return { state: 'OPEN', isNews: true };
  if (known.basis.equals(found.basis)) return undefined;
  return known.state === 'CLEARED' ? { state: 'OPEN', isNews: true } : { state: known.state, isNews: false };
}

/** Whether a customer is restricted for a hit: until somebody has said that it is not them, or they are no longer alike. */
export function restricts(state: HitState): boolean {
  return state === 'OPEN' || state === 'CONFIRMED';
}

/** A score as people read it: percent, rounded down. */
export function percentOf(score: number): number {
  return Math.floor(score * 100 + 1e-9);
}
