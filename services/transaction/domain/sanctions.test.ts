import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { findingOf, readWaiting, toldReasons } from './sanctions.ts';

const MATCH = {
  party: 'CREDITOR',
  list: 'OFAC_SDN',
  entryNumber: '101',
  matchedName: 'ZHIRKOVSKY',
  score: 96,
} as const;

describe('A payment whose parties are held against the sanctions lists', () => {
  const waiting = readWaiting('CZK:500.00,EUR:20');

  it('passes only when nobody is alike', () => {
    const amount = { currency: 'CZK', minor: 1n };
    expect(findingOf([], amount, waiting)).to.equal(undefined);
    expect(findingOf([MATCH], amount, waiting)).to.deep.equal({ screening: 'match', matches: [MATCH] });
  });

  it('waits while nobody can say, up to the amount of its currency; a larger one is refused', () => {
    const outcome = (currency: string, minor: bigint) => {
      try {
        return findingOf('unavailable', { currency, minor }, waiting)?.screening;
      } catch (error) {
        return error instanceof Refusal && error.reason;
      }
    };
    expect(outcome('CZK', 50_000n)).to.equal('unavailable');
    expect(outcome('CZK', 50_001n)).to.equal('SCREENING_UNAVAILABLE');
    expect(outcome('EUR', 2_000n)).to.equal('unavailable');
    expect(outcome('USD', 1n)).to.equal('SCREENING_UNAVAILABLE');
  });

  it('does not tell its customer why it is held', () => {
    expect(toldReasons(['NEW_PAYEE', 'SANCTIONS_MATCH'])).to.equal('NEW_PAYEE,COMPLIANCE_CHECK');
    expect(toldReasons(['SCREENING_UNAVAILABLE'])).to.equal('COMPLIANCE_CHECK');
    expect(toldReasons(['NEW_PAYEE', 'UNUSUAL_AMOUNT'])).to.equal('NEW_PAYEE,UNUSUAL_AMOUNT');
  });

  it('is configured by currencies with amounts', () => {
    for (const wrong of ['XXX:5', 'CZK:0.001', 'CZK']) {
      expect(() => readWaiting(wrong)).to.throw('UNSCREENED_AMOUNTS');
    }
  });
});
