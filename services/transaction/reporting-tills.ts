// The step of the end of a day that tells its tills: how many were closed on it, and how many were left open. It never holds the day up:
// a till that is open is a teller's, and closed by them.
import { isDecision, Refusal } from '#chassis/errors.ts';
import type { Context } from './context.ts';
import { countTills } from './till-tables.ts';

const STEP = { name: 'report-tills', position: 75 };

/** Makes a function that reports the step of a day that is due; registers it first. */
export function reportTills({ database, days }: Context): () => Promise<void> {
  let registered = false;
  return async () => {
    if (!registered) {
      await days.registerDaySteps({ requestId: `register-${STEP.name}`, steps: [STEP] });
      registered = true;
    }
    for (const { businessDate, steps } of (await days.getEndOfDay({})).days) {
      if (!steps.some(({ name, due }) => name === STEP.name && due)) continue;
      const [count = { closed: 0, open: 0 }] = await database.query(countTills(businessDate));
      const counts = { doneCount: count.closed, setAsideCount: count.open };
      // Of two processes that see it, the first says what stands.
      const report = {
        requestId: `${STEP.name}-${businessDate}`,
        businessDate,
        step: STEP.name,
        done: true,
        ...counts,
      };
      await days.reportDayStep(report).catch((error: unknown) => {
        if (!(error instanceof Refusal && isDecision(error))) throw error;
      });
    }
  };
}
