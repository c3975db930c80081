// The ends of the days, and what is due between them: this service's steps of the checklist that the ledger keeps.
import { dayStepsOf, LOOK_MS } from '#chassis/day-steps.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { payingScheduled } from './paying-scheduled.ts';
import { expiringRequests } from './payment-requests.ts';
import { expiringRecalls } from './recalls.ts';
import { reportingTills } from './reporting-tills.ts';
import { tellingParticulars } from './telling-particulars.ts';

/** Takes the steps when they are due, until it is stopped. */
export function startEndOfDay(context: Context): () => Promise<void> {
  const scheduled = payingScheduled(context);
  const particulars = tellingParticulars(context);
  const takeDue = dayStepsOf(context.days, [
    scheduled.step,
    particulars.step,
    reportingTills(context),
    expiringRecalls(context),
    expiringRequests(context),
  ]);
  const work = async (): Promise<void> => {
    const open = await takeDue();
    // While a day ends, its steps come first: interest and deposits may be what there is to pay with.
    if (open.length === 0) await scheduled.payDue();
    await particulars.tell();
  };
  return repeat(LOOK_MS, work, context.log, 'the end of the day has to wait');
}
