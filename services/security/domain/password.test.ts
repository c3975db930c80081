import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { checkPassword, normalPassword, normalUsername } from './password.ts';

describe('A password', () => {
  const fits = (password: string) => {
    try {
      checkPassword(password, 'jana.novotna');
      return true;
    } catch (error) {
      if (!(error instanceof Refusal) || error.reason !== 'PASSWORD_UNFIT') throw error;
      return false;
    }
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

  it('is the same however it was composed, and a username in any case', () => {
    expect(normalPassword('e\u0301')).to.equal(normalPassword('\u00e9'));
    expect(normalUsername(' Jana ')).to.equal('jana');
  });
});
