import { expect } from 'chai';
import { type Checklists, dayStepsOf } from './day-steps.ts';

describe('The steps of a service', () => {
  it('are taken in turn, as they are due, and one that fails holds up none of the others', async () => {
    const day = closingDay('2026-11-28');
    const taken: string[] = [];
    let broken = true;
    const step = (name: string, position: number, isBroken = () => false) => ({
      name,
      position,
      async take(businessDate: string) {
        if (isBroken()) throw new Error(`${name} fails`);
        taken.push(`${name} ${businessDate}`);
        return { doneCount: 1, setAsideCount: 0 };
      },
    });
    const takeDue = dayStepsOf(day.checklists, [
      step('later', 20),
      step('fails', 10, () => broken),
      step('beside', 10),
    ]);
    expect(await takeDue().catch(String)).to.equal('Error: fails fails');
    expect(taken).to.deep.equal(['beside 2026-11-28']);
    broken = false;
    expect(await takeDue()).to.deep.equal([]);
    expect(taken).to.deep.equal(['beside 2026-11-28', 'fails 2026-11-28', 'later 2026-11-28']);
    expect(day.reports()).to.deep.equal(['beside done', 'fails done', 'later done']);
  });
});

/** A day that closes, with the checklist that the ledger would keep of it. */
function closingDay(businessDate: string) {
  const steps: { name: string; position: number; done: boolean }[] = [];
  const reports: string[] = [];
  const checklists = {
    async registerDaySteps({ steps: kinds = [] }: { steps?: readonly { name?: string; position?: number }[] }) {
      steps.push(...kinds.map(({ name = '', position = 0 }) => ({ name, position, done: false })));
    },
    async getEndOfDay() {
      const open = (before: number) => steps.some(({ position, done }) => position < before && !done);
      const told = steps.map(({ done, ...step }) => ({
        ...step,
        due: !done && !open(step.position),
        ...(done && { endTime: { seconds: 0n } }),
      }));
      return { days: [{ businessDate, steps: told }] };
    },
    async reportDayStep({ step, done = false }: { step?: string; done?: boolean }) {
      reports.push(`${step} ${done ? 'done' : 'runs'}`);
      for (const one of steps) if (one.name === step && done) one.done = true;
    },
  };
  return { checklists: checklists as never as Checklists, reports: () => reports };
}
