import { expect } from 'chai';
import { cyclesEndingOn } from './statement-cycle.ts';

describe('The cycle of statements', () => {
  const on = (date: string) => cyclesEndingOn(Temporal.PlainDate.from(date));

  it('ends with the last day of a month, with a Sunday, and with any day that has transactions', () => {
    expect(on('2028-02-28')).to.deep.equal(['per_transaction']);
    expect(on('2028-02-29')).to.deep.equal(['monthly', 'per_transaction']);
    expect(on('2028-03-05')).to.deep.equal(['weekly', 'per_transaction']);
    expect(on('2028-04-30')).to.deep.equal(['monthly', 'weekly', 'per_transaction']);
  });
});
