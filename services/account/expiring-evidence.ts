// The step that has customer end the evidence of customers of which the day was the last: customer calls no ledger, and so knows of no
// day of the bank by itself. What they may do from the next day on, customer tells by its events.
import type { Context } from './context.ts';
import type { StepRun } from './day-steps.ts';

/** Asks customer to end some, until it has found none. */
export async function expireEvidence({ customers }: Pick<Context, 'customers'>, run: StepRun): Promise<void> {
  const businessDate = run.date.toString();
  for (let round = Number(run.cursor || '0'); ; round += 1) {
    // The same key from whoever takes this round.
    const { customerCount: count } = await customers.expireEvidence({
      requestId: `expire-evidence/${businessDate}/${round}`,
      businessDate,
    });
    await run.advance(async () => ({ cursor: String(round + 1), count }));
    if (count === 0) return;
  }
}
