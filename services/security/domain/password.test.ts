import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { checkPassword, normalPassword, normalUsername, standsAlone } from './password.ts';

describe('A password', () => {
  const told = (password: string, isAlone = true) => {
    try {
      checkPassword(password, { username: 'jana.novotna', words: ['Bank', 'First Bank of Praha'], isAlone });
      return 'FIT';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.reason;
    }
  };
  const fits = (password: string) => {
    const reason = told(password);
    expect(reason).to.be.oneOf(['FIT', 'PASSWORD_UNFIT']);
    return reason === 'FIT';
  };

  it('has 15 to 256 characters, of any kind', () => {
    expect(fits('abcdefghijklmn')).to.equal(false);
    expect(fits('abcdefghijklmno')).to.equal(true);
    expect(fits('žluťoučký kůň 🐎')).to.equal(true);
    expect(fits('abcd'.repeat(64))).to.equal(true);
    expect(fits(`${'abcd'.repeat(64)}e`)).to.equal(false);
  });

  it('is not one character over and over, nor the username and little more', () => {
    expect(fits('a'.repeat(20))).to.equal(false);
    expect(fits('Jana.Novotna123')).to.equal(false);
    expect(fits('jana.novotnajana.novotna')).to.equal(false);
  });

  it('is not made of what everybody connects with the bank', () => {
    expect(fits('First Bank of Praha 1')).to.equal(false);
    expect(fits('bankBANKbankBANK!')).to.equal(false);
    expect(fits('jana.novotna@bank')).to.equal(false);
    expect(fits('jana.novotna@bank paints it blue')).to.equal(true);
  });

  it('is the same however it was composed, and a username in any case', () => {
    expect(normalPassword('e\u0301')).to.equal(normalPassword('\u00e9'));
    expect(normalUsername(' Jana ')).to.equal('jana');
  });

  it('has 8 characters beside a second factor, by which it is known whether it could stand alone', () => {
    expect([told('tjqmzxw', false), told('tjqmzxwy', false)]).to.deep.equal(['PASSWORD_UNFIT', 'FIT']);
    expect([standsAlone('abcdefghijklmn'), standsAlone('abcdefghijklmno')]).to.deep.equal([false, true]);
  });

  it('is none of those that are tried first, in whatever case', () => {
    for (const common of ['Password123', 'qwertyuiop', '12345678']) {
      expect(told(common, false), common).to.equal('PASSWORD_COMMON');
    }
    expect(told('QWERTY123456789')).to.equal('PASSWORD_COMMON');
    expect(told('qwerty123456789 and more')).to.equal('FIT');
  });
});
