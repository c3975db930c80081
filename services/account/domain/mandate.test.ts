import { expect } from 'chai';
import fc from 'fast-check';
import type { Refusal } from '#chassis/errors.ts';
import {
  type Act,
  checkMandate,
  judge,
  type Mandate,
  type MandateRule,
  type Requirement,
  type Signatory,
} from './mandate.ts';

const DAY = '2026-06-15';

/** `A B c`: capital letters are of class A, small ones of class B, `-x` prepares, `x<2026-06-15` may sign until then. */
function signatories(text: string): Signatory[] {
  return text.split(' ').map((word) => {
    const [name = '', until = null] = word.replace(/^-/, '').split('<');
    const isPreparer = word.startsWith('-');
    const its = name === name.toUpperCase() ? 'a' : 'b';
    return {
      customerId: name,
      role: isPreparer ? 'preparer' : 'signer',
      class: isPreparer ? null : its,
      validFrom: null,
      validUntil: until,
    };
  });
}

/** `pay>5000: 2 of A,B,C + 1 of A`, `close: all`, `pay: 1 of class a + 1 of class b`; several with ` | ` between. */
function rules(text: string): MandateRule[] {
  return text.split(' | ').map((rule) => {
    const [head = '', body = ''] = rule.split(': ');
    const [action = '', over] = head.split('>');
    const requirements = body.split(' + ').map((part): Requirement => {
      const [count = '', , ...of] = part.split(' ');
      const ofClass = of[0] === 'class' ? (of[1] as 'a' | 'b') : null;
      const customerIds = ofClass || !of[0] ? [] : of[0].split(',');
      return { count: count === 'all' ? 0 : Number(count), customerIds, class: ofClass };
    });
    return { action: action as MandateRule['action'], over: over === undefined ? null : BigInt(over), requirements };
  });
}

const mandate = (named: string, about: string): Mandate => ({
  version: 1,
  state: 'given',
  signatories: signatories(named),
  rules: rules(about),
  validFrom: '2026-01-01',
  validUntil: null,
});

/** `pay 5000`, `close`. */
function act(text: string): Act {
  const [action = '', amount = '0'] = text.split(' ');
  return { action: action as Act['action'], amount: BigInt(amount), date: DAY };
}

/** `A,B`: who has signed; `-C`: who has refused. */
function given(text: string) {
  const names = text.split(',').filter((name) => name !== '');
  return {
    signed: new Set(names.filter((name) => !name.startsWith('-'))),
    refused: new Set(names.filter((name) => name.startsWith('-')).map((name) => name.slice(1))),
  };
}

function told(its: Mandate, what: string, by: string): string {
  const verdict = judge(its, act(what), given(by));
  return verdict.kind === 'MISSING' ? `${verdict.missing} of ${verdict.by.join(',')}` : verdict.kind;
}

describe('Signatures by a mandate', () => {
  const TWO_OF_THREE = 'pay: 2 of A,B,C | pay>5000: 2 of A,B,C + 1 of A';
  for (const [named, about, what, by, verdict] of [
    // Any two of A, B, C; over 5,000 A must sign.
    ['A B C', TWO_OF_THREE, 'pay 5000', '', '2 of A,B,C'],
    ['A B C', TWO_OF_THREE, 'pay 5000', 'B', '1 of A,C'],
    ['A B C', TWO_OF_THREE, 'pay 5000', 'B,C', 'ENOUGH'],
    ['A B C', TWO_OF_THREE, 'pay 5001', 'B,C', '1 of A'],
    ['A B C', TWO_OF_THREE, 'pay 5001', 'A', '1 of B,C'],
    ['A B C', TWO_OF_THREE, 'pay 5001', 'A,C', 'ENOUGH'],
    ['A B C', TWO_OF_THREE, 'pay 5001', '', '2 of A,B,C'],
    ['A B C', TWO_OF_THREE, 'pay 5001', '-A', 'NEVER'],
    ['A B C', TWO_OF_THREE, 'pay 5000', '-A', '2 of B,C'],
    ['A B C', TWO_OF_THREE, 'pay 5000', '-A,-B', 'NEVER'],
    ['A B C', TWO_OF_THREE, 'pay 5000', '-A,B', '1 of C'],
    // Who may no longer sign does not count, and cannot be waited for.
    ['A B C<2026-06-15', TWO_OF_THREE, 'pay 5000', 'B,C', '1 of A'],
    ['A B C<2026-06-16', TWO_OF_THREE, 'pay 5000', 'B,C', 'ENOUGH'],
    ['A<2026-06-15 B C', TWO_OF_THREE, 'pay 5001', 'B,C', 'NEVER'],
    // A signature of somebody else is none.
    ['A B C', TWO_OF_THREE, 'pay 5000', 'B,D', '1 of A,C'],
    ['A B -C', 'pay: 2 of A,B', 'pay 1', 'A,C', '1 of B'],
    // All, of those who may sign on the day.
    ['A B C', 'close: all', 'close', 'A,B', '1 of C'],
    ['A B C<2026-01-02', 'close: all', 'close', 'A,B', 'ENOUGH'],
    ['A B C', 'close: all', 'close', '-C,A', 'NEVER'],
    ['A<2026-01-02', 'close: all', 'close', '', 'NEVER'],
    // Classes: one of each, or two of class A.
    ['A B c d', 'pay: 1 of class a + 1 of class b | pay: 2 of class a', 'pay 1', 'c', '1 of A,B'],
    ['A B c d', 'pay: 1 of class a + 1 of class b | pay: 2 of class a', 'pay 1', 'c,d', '1 of A,B'],
    ['A B c d', 'pay: 1 of class a + 1 of class b | pay: 2 of class a', 'pay 1', 'A', '1 of c,d,B'],
    ['A B c d', 'pay: 1 of class a + 1 of class b | pay: 2 of class a', 'pay 1', 'A,B', 'ENOUGH'],
    ['A B c d', 'pay: 1 of class a + 1 of class b | pay: 2 of class a', 'pay 1', 'A,d', 'ENOUGH'],
    ['A B c d', 'pay: 1 of class a + 1 of class b | pay: 2 of class a', 'pay 1', 'A,-c,-d', '1 of B'],
    // Of no rule about it, nothing is ever enough: then the account is as one without a mandate.
    ['A B', 'pay>100: all', 'pay 100', 'A,B', 'NEVER'],
    ['A B', 'pay: all', 'change', 'A,B', 'NEVER'],
  ] as const) {
    it(`of ${named}, by ${about}: to ${what}, given ${by || 'none'}: ${verdict}`, () => {
      expect(told(mandate(named, about), what, by)).to.equal(verdict);
    });
  }

  const names = ['A', 'B', 'C', 'd', 'e'] as const;
  const requirement: fc.Arbitrary<Requirement> = fc.record({
    count: fc.integer({ min: 0, max: 3 }),
    customerIds: fc.subarray([...names]),
    class: fc.constantFrom(null, 'a', 'b'),
  });
  const rule = fc.record({
    action: fc.constant('pay' as const),
    over: fc.option(fc.bigInt({ min: 1n, max: 3n })),
    requirements: fc.array(requirement, { minLength: 1, maxLength: 3 }),
  });
  const anyMandate = fc
    .array(rule, { minLength: 1, maxLength: 4 })
    .map((all): Mandate => ({ ...mandate('A B C d e', 'pay: all'), rules: all }));
  const anyAct = fc.bigInt({ min: 1n, max: 4n }).map((amount): Act => ({ action: 'pay', amount, date: DAY }));
  const some = fc.subarray([...names]).map((all) => new Set<string>(all));

  it('are never fewer with one more, and what is enough stays enough', () => {
    fc.assert(
      fc.property(anyMandate, anyAct, some, fc.constantFrom(...names), (its, what, signed, one) => {
        const before = judge(its, what, { signed, refused: new Set() });
        const after = judge(its, what, { signed: new Set([...signed, one]), refused: new Set() });
        if (before.kind === 'ENOUGH') expect(after.kind).to.equal('ENOUGH');
        if (before.kind === 'NEVER') expect(after.kind).to.equal('NEVER');
        if (before.kind === 'MISSING' && after.kind === 'MISSING') expect(after.missing).to.be.at.most(before.missing);
      }),
    );
  });

  it('are enough as soon as all who are asked for have signed, and possible just then', () => {
    fc.assert(
      fc.property(anyMandate, anyAct, some, some, (its, what, signed, refusing) => {
        const refused = new Set([...refusing].filter((name) => !signed.has(name)));
        const verdict = judge(its, what, { signed, refused });
        const all = new Set(names.filter((name) => !refused.has(name)));
        const atMost = judge(its, what, { signed: new Set([...signed, ...all]), refused });
        expect(atMost.kind).to.equal(verdict.kind === 'NEVER' ? 'NEVER' : 'ENOUGH');
        if (verdict.kind !== 'MISSING') return;
        expect(verdict.by.filter((name) => signed.has(name) || refused.has(name))).to.deep.equal([]);
        const asked = judge(its, what, { signed: new Set([...signed, ...verdict.by]), refused });
        expect(asked.kind).to.equal('ENOUGH');
        expect(verdict.missing).to.be.within(1, verdict.by.length);
      }),
    );
  });
});

describe('A mandate', () => {
  for (const [named, about, problem] of [
    ['A B C', 'pay: 2 of A,B,C | pay>5000: 1 of A | close: all', undefined],
    ['A A', 'pay: all', 'SIGNATORY_TWICE'],
    ['A B', 'pay: 1 of C', 'NOT_A_SIGNER'],
    ['A -B', 'pay: 1 of B', 'NOT_A_SIGNER'],
    ['A B', 'pay: 3 of A,B', 'TOO_FEW_SIGNERS'],
    ['A B', 'pay: 1 of class b', 'TOO_FEW_SIGNERS'],
    ['-A', 'pay: all', 'TOO_FEW_SIGNERS'],
    ['A B', 'close>5: all', 'BAND_WITHOUT_AMOUNT'],
    ['A B', 'pay>0: all', 'BAND_WITHOUT_AMOUNT'],
  ] as const) {
    it(`of ${named}, by ${about}: ${problem ?? 'makes sense'}`, () => {
      let found: string | undefined;
      try {
        checkMandate(mandate(named, about));
      } catch (error) {
        found = (error as Refusal).metadata['problem'];
      }
      expect(found).to.equal(problem);
    });
  }
});
