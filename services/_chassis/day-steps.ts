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

/** Makes a function that takes all steps that are due, one after the other, and answers those of its steps that are not done. */
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

  function telling(businessDate: string, step: string): Tell {
    let told = performance.now();
    return async (counts) => {
      if (performance.now() - told < TELL_MS) return;
      told = performance.now();
      const requestId = newId('cmd');
      await checklists.reportDayStep({ requestId, businessDate, step, done: false, ...(await counts()) });
    };
  }

  return async () => {
    if (!registered) {
      const kinds = steps.map(({ name, position }) => ({ name, position }));
      await checklists.registerDaySteps({ requestId: newId('cmd'), steps: kinds });
      registered = true;
    }
    const waiting = new Set<string>();
    for (;;) {
      const open = await openSteps();
      const due = open.find((step) => step.due && !waiting.has(step.name));
      if (!due) return open;
      const { name, businessDate } = due;
      const counts = await steps.find((step) => step.name === name)?.take(businessDate, telling(businessDate, name));
      if (!counts) waiting.add(name);
      else await checklists.reportDayStep({ requestId: newId('cmd'), businessDate, step: name, done: true, ...counts });
    }
  };
}
