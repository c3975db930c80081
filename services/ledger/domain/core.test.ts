import { expect } from 'chai';
import fc from 'fast-check';
import { holds, PROOF } from '#chassis/testing/property.ts';
import { THE_CORE } from '../testing-core.ts';
import { live } from '../testing-lives.ts';
import { lives } from '../testing-steps.ts';
import { runTable } from '../testing-table-runs.ts';
import { TABLES } from '../testing-tables.ts';

/** What a simulation must have come across, or it says little: what is done, and what became of it. */
const SEEN = [
  'post posted',
  'post LINKED_JOURNAL_REFUSED',
  'post BOOKING_DATE_NOT_OPEN',
  'post INSUFFICIENT_FUNDS',
  'post CEILING_EXCEEDED',
  'post NOTHING_AVAILABLE',
  'post BALANCE_OUT_OF_RANGE',
  'post CURRENCY_MISMATCH',
  'post LEDGER_ACCOUNT_CLOSED',
  'post LEDGER_ACCOUNT_FROZEN',
  'post LEDGER_ACCOUNT_MIGRATING',
  'post LEDGER_ACCOUNT_NOT_FOUND',
  'post LEDGER_ACCOUNT_NOT_MIGRATING',
  'reverse posted',
  'reverse INSUFFICIENT_FUNDS',
  'reverse REVERSAL_EXCEEDS_ORIGINAL',
  'reverse REVERSAL_NOT_REVERSIBLE',
  'place posted',
  'place INSUFFICIENT_FUNDS',
  'place HOLD_EXPIRE_TIME_NOT_LATER',
  'capture posted',
  'capture HOLD_EXCEEDED',
  'capture HOLD_EXPIRED',
  'capture INSUFFICIENT_FUNDS',
  'extend posted',
  'extend HOLD_EXPIRE_TIME_NOT_LATER',
  'release posted',
  'release HOLD_CAPTURED',
  'pass expired',
];

describe('The core of the ledger', () => {
  for (const [name, lines] of Object.entries(TABLES)) {
    it(name, () => {
      runTable(THE_CORE, lines);
    });
  }

  it('agrees with a plain model on random lives of a ledger', async function agrees() {
    this.timeout(30 * 60_000);
    const seen = new Set<string>();
    let operations = 0;
    const property = fc.property(lives(200), (steps) => {
      operations += steps.length;
      live(THE_CORE, steps, (what) => seen.add(what));
    });
    // A life has 100 steps or so.
    await holds(property, { runs: 2_300, proofRuns: 106_000 });
    console.log(`      ${operations} operations`);
    expect(operations).to.be.at.least(PROOF ? 10_000_000 : 200_000);
    expect([...seen]).to.include.members(SEEN);
  });
});
