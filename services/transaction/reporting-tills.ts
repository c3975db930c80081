// The step of the end of a day that tells its tills: how many were closed on it, and how many were left open. It never holds the day up:
// a till that is open is a teller's, and closed by them.
import type { DayStep } from '#chassis/day-steps.ts';
import type { Context } from './context.ts';
import { countTills } from './till-tables.ts';

/** Makes the step. */
export function reportingTills({ database }: Context): DayStep {
  return {
    name: 'report-tills',
    position: 75,
    async take(businessDate) {
      const [{ closed, open } = { closed: 0, open: 0 }] = await database.query(countTills(businessDate));
      return { doneCount: closed, setAsideCount: open };
    },
  };
}
