import { ledgerPosting } from './ledger-posting.ts';
import type { Measurement } from './measurement.ts';

/** (b) One transfer in each RPC to the ledger. */
export const ledgerRpc: Measurement = {
  inFlight: 128,
  size: 1,
  open: (world, accounts) => ledgerPosting(world, accounts, 1),
};
