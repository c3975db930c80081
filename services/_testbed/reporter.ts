import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** How a run of the tests ended; a pending test counts as skipped. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The closing line of a run, which continuous integration reads. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * Mocha's own report, closed by one line of counts. Under `make test` the line is printed by the launcher instead, after
 * the servers have stopped, so that nothing follows it; the counts go there through the file COREBANK_TEST_TALLY.
 * A default export, because mocha looks for one.
 */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => this.close());
  }

  private close(): void {
    const { passes, failures, pending } = this.stats;
    const tally: Tally = { passed: passes, failed: failures, skipped: pending };
    const file = process.env['COREBANK_TEST_TALLY'];
    if (file) writeFileSync(file, JSON.stringify(tally));
    else console.log(closingLine(tally));
  }
}
