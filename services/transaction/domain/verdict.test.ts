import { expect } from 'chai';
import { ScoringDecision, ScoringReason } from '#gen/bank/security/v1/scoring_pb.ts';
import { readBands, type Verdict, verdictOn, verdictUnscored } from './verdict.ts';

const inShort = (verdict: Verdict): string => {
  if (verdict.kind === 'PASS') return 'PASS';
  if (verdict.kind !== 'REFUSE') return `${verdict.kind} ${verdict.suspicion.reasons.join()}`;
  const { reason, metadata } = verdict.refusal;
  return ['REFUSE', reason, metadata['reasons'] ?? ''].join(' ').trim();
};

describe('What becomes of an order', () => {
  const reasons = [ScoringReason.NEW_PAYEE, ScoringReason.UNUSUAL_AMOUNT];

  it('follows from what it looks like', () => {
    const on = (decision: ScoringDecision) => inShort(verdictOn({ decision, score: 60, reasons, policyVersion: 1 }));
    expect(on(ScoringDecision.ALLOW)).to.equal('PASS');
    expect(on(ScoringDecision.STEP_UP)).to.equal('PROVE NEW_PAYEE,UNUSUAL_AMOUNT');
    expect(on(ScoringDecision.REVIEW)).to.equal('HOLD NEW_PAYEE,UNUSUAL_AMOUNT');
    expect(on(ScoringDecision.REFUSE)).to.equal('REFUSE FRAUD_SUSPECTED NEW_PAYEE,UNUSUAL_AMOUNT');
    // A decision of another age is no licence.
    expect(on(ScoringDecision.UNSPECIFIED)).to.equal('HOLD NEW_PAYEE,UNUSUAL_AMOUNT');
  });

  it('follows from its amount, when nobody can say what it looks like', () => {
    const bands = readBands('CZK:5000:50000.50,JPY:1:1');
    const table = [
      ['CZK', 500_000n, 'NOTE SCORING_UNAVAILABLE'],
      ['CZK', 500_001n, 'HOLD SCORING_UNAVAILABLE'],
      ['CZK', 5_000_050n, 'HOLD SCORING_UNAVAILABLE'],
      ['CZK', 5_000_051n, 'REFUSE SCORING_UNAVAILABLE'],
      ['JPY', 1n, 'NOTE SCORING_UNAVAILABLE'],
      ['JPY', 2n, 'REFUSE SCORING_UNAVAILABLE'],
      ['KWD', 1n, 'HOLD SCORING_UNAVAILABLE'],
      ['KWD', 9_223_372_036_854_775_807n, 'HOLD SCORING_UNAVAILABLE'],
    ] as const;
    for (const [currency, minor, expected] of table) {
      expect(inShort(verdictUnscored({ currency, minor }, bands)), `${minor} ${currency}`).to.equal(expected);
    }
  });

  it('is configured by currencies with two growing amounts', () => {
    expect(readBands('').size).to.equal(0);
    for (const wrong of ['CZK:2:1', 'CZK:1.001:2', 'ZZZ:1:2', 'CZK:1:-2']) {
      expect(() => readBands(wrong), wrong).to.throw('UNSCORED_AMOUNTS');
    }
  });
});
