import { expect } from 'chai';
import { plainArray } from './sql-array.ts';

describe('A plain array', () => {
  it('holds numbers, dates, ids and nothing at all', () => {
    expect(plainArray([1n, -2, '1996-02-29', 'acc_01x', null])).to.equal('{1,-2,1996-02-29,acc_01x,NULL}');
    expect(plainArray([])).to.equal('{}');
  });

  for (const other of ['', 'a,b', '}', '"', 'a b', '\\', 'a\n']) {
    it(`takes no ${JSON.stringify(other)}, which would be something else to PostgreSQL`, () => {
      expect(() => plainArray(['acc_01x', other])).to.throw('neither a number, a date nor an id');
    });
  }
});
