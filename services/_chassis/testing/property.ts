// Properties by fast-check, each replayable from a printed seed.
import { randomInt } from 'node:crypto';
import fc from 'fast-check';

/** True when every figure is proved in full (`make proof`). */
export let PROOF = process.env['COREBANK_PROOF'] === '1';

/** Has whoever looks from now on prove no more than `make test` does; answers how to go on as before. */
export function inBrief(): () => void {
  const before = PROOF;
  PROOF = false;
  return () => {
    PROOF = before;
  };
}

/**
 * Checks a property with `runs` random cases, or `proofRuns` under `make proof`, and prints the seed from which
 * `COREBANK_SEED=<seed>` runs the same cases again. What is slow to run is better not shrunk when it fails.
 */
export async function holds<Ts extends unknown[]>(
  property: fc.IAsyncProperty<Ts> | fc.IProperty<Ts>,
  { runs, proofRuns, shrink = true }: { runs: number; proofRuns: number; shrink?: boolean },
): Promise<void> {
  await fc.assert(property, { ...cases(runs, proofRuns), endOnFailure: !shrink });
}

/** How many random cases there are to be, and the seed that they come from, which is printed. */
export function cases(runs: number, proofRuns: number): { readonly seed: number; readonly numRuns: number } {
  const given = process.env['COREBANK_SEED'];
  const seed = given ? Number(given) : randomInt(2 ** 31);
  const numRuns = PROOF ? proofRuns : runs;
  console.log(`      ${numRuns} cases from COREBANK_SEED=${seed}`);
  return { seed, numRuns };
}
