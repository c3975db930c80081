// What the tests of the end of the day share.
import { DayStepState, type EndOfDay } from '#gen/bank/ledger/v1/end_of_day_pb.ts';
import type { LedgerUnderTest } from './testing.ts';

/** The steps of a day in short, as an auditor reads them. */
export async function stepsOf(bank: LedgerUnderTest, businessDate: string): Promise<string[]> {
  const { days } = await bank.as('account').getEndOfDay({ businessDate });
  return days.flatMap(inShort);
}

/** A checklist in short, one line for each step. */
export function inShort({ steps }: EndOfDay): string[] {
  return steps.map(({ name, service, position, state, due }) => {
    const word = Object.entries(DayStepState).find(([, value]) => value === state)?.[0];
    return `${name} of ${service} at ${position}: ${word}${due ? ', due' : ''}`;
  });
}
