import { expect } from 'chai';
import { Code, invalid, refusals } from './errors.ts';
import { refused } from './testing/service.ts';
import { together } from './together.ts';
import { continueTrace } from './trace.ts';

describe('Calls that travel together', () => {
  const on = (deadline: number) => ({ deadline, trace: continueTrace(undefined) });
  const limits = { maxItems: 100, inFlight: 1 };

  it('go as one, with the longest time that any of them has', async () => {
    const sent: { items: number[]; deadline: number }[] = [];
    const double = together<number, number>(async (items, { deadline }) => {
      sent.push({ items: [...items], deadline });
      return items.map((item) => 2 * item);
    }, limits);
    expect(await Promise.all([1, 2, 3].map((item) => double(item, on(1_000 * item))))).to.deep.equal([2, 4, 6]);
    expect(sent).to.deep.equal([{ items: [1, 2, 3], deadline: 3_000 }]);
  });

  it('do not suffer for a neighbour that breaks the contract', async () => {
    const double = together<number, number>(async (items) => {
      if (items.includes(5)) throw invalid([{ field: 'five', description: 'Not five.' }]);
      return items.map((item) => 2 * item);
    }, limits);
    const all = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((item) => double(item, on(1_000))));
    expect(all.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.reason))).to.deep.equal([
      2,
      4,
      6,
      8,
      'REQUEST_INVALID',
      12,
      14,
    ]);
  });

  it('take what is said of the whole call for an outage, never for a decision', async () => {
    const refuse = refusals('mesh', { CALLER_NOT_ALLOWED: ['PERMISSION_DENIED', 'No.'] });
    const ask = together<number, number>(async () => {
      throw refuse('CALLER_NOT_ALLOWED');
    }, limits);
    expect((await refused(ask(1, on(1_000)), 'SERVICE_UNAVAILABLE')).code).to.equal(Code.UNAVAILABLE);
  });
});
