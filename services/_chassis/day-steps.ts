// The steps that a service takes at the end of a day: registered with the ledger, whose checklist says when each is due.
import type { DayStep as DayStepMessage } from '#gen/bank/ledger/v1/end_of_day_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Client } from './call.ts';
import { newId } from './id.ts';

/** The checklists, which the ledger keeps. */
export type Checklists = Pick<Client<typeof LedgerService>, 'registerDaySteps' | 'getEndOfDay' | 'reportDayStep'>;

/** Of how many things a step is done, and how many were set aside. */
export interface StepCounts {
  readonly doneCount: number;
  readonly setAsideCount: number;
}

/** Tells how far a step is, now and then: it asks for the counts when it is time to tell them. */
export type Tell = (counts: () => Promise<StepCounts>) => Promise<void>;

/** A step of a service. */
export interface DayStep {
  /** One name in the whole bank. */
  readonly name: string;
  /** It may begin when every step of the day with a lower one is done. */
  readonly position: number;
  /** Takes it for a day. Answers what came of it; undefined where it is not done, and the next look takes it again. */
  take(businessDate: string, tell: Tell): Promise<StepCounts | undefined>;
}

/** How often to look whether a step is due. */
export const LOOK_MS = 500;
const TELL_MS = 500;

/**
 * Makes a function that takes all steps that are due, one after the other, and answers those of its steps that are not done. One that throws holds
 * up none of the others; what it threw is thrown after them.
 */
export function dayStepsOf(
  checklists: Checklists,
  steps: readonly DayStep[],
): () => Promise<readonly (DayStepMessage & { readonly businessDate: string })[]> {
  let registered = false;

  async function openSteps() {
    const { days } = await checklists.getEndOfDay({});
    return days.flatMap(({ businessDate, steps: ofDay }) =>
      ofDay
        .filter(({ name, endTime }) => !endTime && steps.some((step) => step.name === name))
        .map((step) => ({ ...step, businessDate })),
    );
  }

  async function report(businessDate: string, step: string, how: StepCounts & { readonly done: boolean }) {
    await checklists.reportDayStep({ requestId: newId('cmd'), businessDate, step, ...how });
  }

  function telling(businessDate: string, step: string): Tell {
    let told = performance.now();
    return async (counts) => {
      if (performance.now() - told < TELL_MS) return;
      told = performance.now();
      await report(businessDate, step, { ...(await counts()), done: false });
    };
  }

  return async () => {
    if (!registered) {
      const kinds = steps.map(({ name, position }) => ({ name, position }));
      await checklists.registerDaySteps({ requestId: newId('cmd'), steps: kinds });
      registered = true;
    }
    const waiting = new Set<string>();
    const failures: unknown[] = [];
    for (;;) {
      const open = await openSteps();
      const due = open.find((step) => step.due && !waiting.has(step.name));
      if (!due && failures.length > 0) throw failures[0];
      if (!due) return open;
      const { name, businessDate } = due;
      try {
        const counts = await steps.find((step) => step.name === name)?.take(businessDate, telling(businessDate, name));
        if (!counts) waiting.add(name);
        else await report(businessDate, name, { ...counts, done: true });
      } catch (error) {
        waiting.add(name);
        failures.push(error);
      }
    }
  };
}
