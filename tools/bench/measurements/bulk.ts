import { ledgerPosting } from './ledger-posting.ts';
import type { Measurement } from './measurement.ts';

const BATCH = 1_000;

/** (a) Durable two-leg transfers in bulk: the largest requests that the ledger takes. */
export const bulk: Measurement = {
  inFlight: 4,
  size: BATCH,
  open: (world, accounts) => ledgerPosting(world, accounts, BATCH),
};
