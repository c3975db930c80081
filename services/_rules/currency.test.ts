import { expect } from 'chai';
import * as dinero from 'dinero.js/currencies';
import { exponentOf } from './currency.ts';

describe('The table of currencies', () => {
  // Their fifths are no decimals: ISO 4217 gives both two.
  const FIFTHS = ['MGA', 'MRU'];

  it('gives every currency of dinero.js its exponent, MGA and MRU apart', () => {
    const theirs = Object.values(dinero).filter((one) => typeof one === 'object');
    expect(theirs.length).to.be.above(150);
    const different = theirs.filter(({ code, exponent }) => exponentOf(code) !== exponent).map(({ code }) => code);
    expect(different.filter((code) => !FIFTHS.includes(code))).to.deep.equal([]);
    expect(FIFTHS.map(exponentOf)).to.deep.equal([2, 2]);
  });

  it('knows those that others get wrong', () => {
    expect(['JPY', 'HUF', 'KWD', 'IQD', 'CLF', 'ISK', 'UGX'].map(exponentOf)).to.deep.equal([0, 2, 3, 3, 4, 0, 0]);
  });

  it('knows none that there is not', () => {
    for (const code of ['XXX', 'eur', 'EURO', '', 'DEM', '__proto__', 'constructor'])
      expect(exponentOf(code)).to.equal(undefined);
  });
});
