import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import type { Mandate, Signatory } from './mandate.ts';
import { mayChange, type People, sees, standingOf, verdictOn } from './standing.ts';

const DAY = '2026-06-15';
const signer = (customerId: string, more: Partial<Signatory> = {}): Signatory => ({
  customerId,
  role: 'signer',
  class: null,
  validFrom: null,
  validUntil: null,
  ...more,
});

const family: People = {
  holders: [
    { customerId: 'mother', role: 'owner' },
    { customerId: 'child', role: 'owner' },
    { customerId: 'helper', role: 'disponent' },
  ],
  mandate: null,
  representations: [
    { kind: 'guardian', customerId: 'child', representativeId: 'guardian' },
    { kind: 'power_of_attorney', customerId: 'mother', representativeId: 'attorney' },
  ],
};

const TWO_OF_ALL: Mandate = {
  version: 1,
  state: 'given',
  signatories: [
    signer('mother'),
    signer('officer'),
    signer('clerk', { role: 'preparer' }),
    signer('former', { validUntil: DAY }),
  ],
  rules: [
    { action: 'pay', over: 100n, requirements: [{ count: 2, customerIds: [], class: null }] },
    { action: 'close', over: null, requirements: [{ count: 1, customerIds: ['officer'], class: null }] },
  ],
  validFrom: '2026-01-01',
  validUntil: null,
};
const firm: People = { ...family, mandate: TWO_OF_ALL };
const pocket: Mandate = {
  ...TWO_OF_ALL,
  signatories: [signer('child')],
  rules: [{ action: 'pay', over: null, requirements: [{ count: 1, customerIds: ['child'], class: null }] }],
};
const ended: People = { ...family, mandate: { ...TWO_OF_ALL, validUntil: DAY } };

function told(people: People, who: string, action: Mandate['rules'][0]['action'], amount: bigint): string {
  try {
    const standing = standingOf(people, who, { action, amount, date: DAY });
    return standing.kind === 'ALONE' ? 'ALONE' : `WITH_OTHERS as ${standing.signedAs ?? 'nobody'}`;
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

describe('What somebody may do on an account', () => {
  for (const [what, people, who, action, amount, verdict] of [
    ['without a mandate', family, 'mother', 'pay', 1n, 'ALONE'],
    ['without a mandate', family, 'mother', 'close', 0n, 'ALONE'],
    ['without a mandate', family, 'helper', 'pay', 1n, 'ALONE'],
    ['without a mandate', family, 'helper', 'change', 0n, 'OWNER_REQUIRED'],
    ['without a mandate', family, 'child', 'pay', 1n, 'GUARDIAN_REQUIRED'],
    ['without a mandate', family, 'child', 'close', 0n, 'GUARDIAN_REQUIRED'],
    ['without a mandate', family, 'guardian', 'pay', 1n, 'ALONE'],
    ['without a mandate', family, 'guardian', 'close', 0n, 'ALONE'],
    ['without a mandate', family, 'attorney', 'change', 0n, 'ALONE'],
    ['without a mandate', family, 'officer', 'pay', 1n, 'ACCOUNT_NOT_FOUND'],
    ['by a mandate', firm, 'mother', 'pay', 101n, 'WITH_OTHERS as mother'],
    ['by a mandate', firm, 'officer', 'pay', 101n, 'WITH_OTHERS as officer'],
    ['by a mandate', firm, 'attorney', 'pay', 101n, 'WITH_OTHERS as mother'],
    ['by a mandate', firm, 'clerk', 'pay', 101n, 'WITH_OTHERS as nobody'],
    ['by a mandate', firm, 'helper', 'pay', 101n, 'SIGNATORY_REQUIRED'],
    ['by a mandate', firm, 'guardian', 'pay', 101n, 'SIGNATORY_REQUIRED'],
    ['by a mandate', firm, 'former', 'pay', 101n, 'ACCOUNT_NOT_FOUND'],
    ['by a mandate', firm, 'officer', 'close', 0n, 'ALONE'],
    ['by a mandate', firm, 'mother', 'close', 0n, 'WITH_OTHERS as mother'],
    ['of what the mandate is not about', firm, 'mother', 'pay', 100n, 'ALONE'],
    ['of what the mandate is not about', firm, 'helper', 'pay', 100n, 'ALONE'],
    ['of what the mandate is not about', firm, 'officer', 'pay', 100n, 'SIGNATORY_REQUIRED'],
    ['of what the mandate is not about', firm, 'officer', 'change', 0n, 'SIGNATORY_REQUIRED'],
    ['where the mandate names one who has a guardian', { ...family, mandate: pocket }, 'child', 'pay', 1n, 'ALONE'],
    ['where the mandate names one who has a guardian', { ...family, mandate: pocket }, 'guardian', 'pay', 1n, 'ALONE'],
    ['once the mandate has ended', ended, 'mother', 'pay', 1n, 'MANDATE_ENDED'],
    ['once the mandate has ended', ended, 'stranger', 'pay', 1n, 'ACCOUNT_NOT_FOUND'],
  ] as const) {
    it(`${what}: ${who} to ${action} ${amount}: ${verdict}`, () => {
      expect(told(people, who, action, amount)).to.equal(verdict);
    });
  }

  for (const [what, people, signed, refusing, verdict] of [
    ['by the mandate', firm, ['mother'], [], 'MISSING'],
    ['by the mandate', firm, ['mother', 'officer'], [], 'ENOUGH'],
    ['by the mandate', firm, ['mother', 'former'], [], 'MISSING'],
    ['by the mandate', firm, ['mother'], ['officer'], 'NEVER'],
    ['once it was revoked', family, [], [], 'ENOUGH'],
    ['once it has ended', ended, ['mother', 'officer'], [], 'NEVER'],
  ] as const) {
    it(`${what}: what mother asks for, signed by ${signed.join(', ') || 'nobody'}: ${verdict}`, () => {
      const act = { action: 'pay', amount: 101n, date: DAY } as const;
      const given = { signed: new Set<string>(signed), refused: new Set<string>(refusing) };
      expect(verdictOn(people, 'mother', act, given).kind).to.equal(verdict);
    });
  }

  it('is seen by holders, by those on the mandate, and by who acts for them, and by nobody else', () => {
    const all = ['mother', 'child', 'helper', 'guardian', 'attorney', 'officer', 'clerk', 'former', 'stranger'];
    expect(all.filter((who) => sees(family, who, DAY))).to.deep.equal(all.slice(0, 5));
    expect(all.filter((who) => sees(firm, who, DAY))).to.deep.equal(all.slice(0, 7));
    expect(all.filter((who) => mayChange(family, who, DAY))).to.deep.equal(['mother', 'child', 'guardian', 'attorney']);
  });
});
