import { expect } from 'chai';
import { fold } from './texts.ts';

describe('A text that somebody looks for', () => {
  it('is compared without case, accents and spaces', () => {
    expect(fold(' Nájem za  KVĚTEN ')).to.equal('najemzakveten');
    expect(fold('CZ65 0800 0000')).to.equal(fold('cz6508000000'));
    expect(fold('Straße')).to.equal('strasse');
  });
});
