import { expect } from 'chai';
import { sampleValues, saysCode } from './sample-values.ts';

describe('made-up values', () => {
  it('are those of the template, in the language', () => {
    const written = sampleValues(['amount', 'failures'], 'cs');
    expect(written.amount?.replace(/\s/g, ' ')).to.equal('1 234,50 CZK');
    expect(Object.keys(written)).to.deep.equal(['amount', 'failures']);
  });

  it('tell whether a text has left out the code that it is for', () => {
    const { code = '' } = sampleValues(['code'], 'en');
    expect([saysCode(['code'], `It is ${code}.`), saysCode(['code'], 'It is.'), saysCode(['time'], '')]).to.deep.equal([
      true,
      false,
      true,
    ]);
  });
});
