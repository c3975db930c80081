import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { FIRST_POLICY, judgingBy } from './scoring-policy.ts';

describe('A scoring policy', () => {
  const [czk, eur] = FIRST_POLICY.amounts;
  const [weight] = FIRST_POLICY.weights;
  const amounts = { ordinary: czk?.ordinary, large: czk?.large, dayTotal: eur?.dayTotal };
  const reasonOf = (changes: Partial<typeof FIRST_POLICY>) => {
    try {
      judgingBy({ ...FIRST_POLICY, ...changes });
      return 'fits';
    } catch (error) {
      if (error instanceof Refusal) return `${error.reason} ${error.metadata['field'] ?? ''}`;
      throw error;
    }
  };

  it('is one whose decisions grow with the score, with every reason and currency once', () => {
    expect(reasonOf({})).to.equal('fits');
    expect(reasonOf({ stepUpScore: 70 })).to.equal('fits');
    expect(reasonOf({ stepUpScore: 71 })).to.equal('SCORING_POLICY_INVALID scores');
    expect(reasonOf({ refuseScore: 69 })).to.equal('SCORING_POLICY_INVALID scores');
    const { logins } = FIRST_POLICY;
    const [first] = logins?.weights ?? [];
    const loginsOf = (changes: Partial<NonNullable<typeof logins>>) =>
      reasonOf({ logins: { ...logins, ...changes } as never });
    expect(reasonOf({ logins: undefined as never })).to.equal('fits');
    expect(loginsOf({ secondFactorScore: 70 })).to.equal('fits');
    expect(loginsOf({ secondFactorScore: 71 })).to.equal('SCORING_POLICY_INVALID logins.scores');
    expect(loginsOf({ refuseScore: 69 })).to.equal('SCORING_POLICY_INVALID logins.scores');
    expect(loginsOf({ weights: first ? [first, first] : [] })).to.equal('SCORING_POLICY_INVALID logins.weights');
    expect(reasonOf({ weights: weight ? [weight, weight] : [] })).to.equal('SCORING_POLICY_INVALID weights');
    expect(reasonOf({ amounts: czk ? [czk, czk] : [] })).to.equal('SCORING_POLICY_INVALID amounts');
    expect(reasonOf({ amounts: czk ? [{ ...czk, ...amounts } as typeof czk] : [] })).to.equal(
      'SCORING_POLICY_INVALID amounts',
    );
    expect(reasonOf({ amounts: czk ? [{ ...czk, large: undefined } as never] : [] })).to.equal('CURRENCY_UNKNOWN ');
  });
});
