import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { linkOf, paymentContent, type StepUpState, standingOf, trialOf } from './step-up.ts';

const NOW = new Date('2026-11-02T12:00:00Z');
const nonce = Buffer.alloc(16, 7);
const payment = { debtorAccountId: 'acc_a', creditorAccountId: 'acc_b', currency: 'CZK', minor: 60_000_00n };
const subject = { partyId: 'cus_a', rpc: 'Transfer', requestId: 'one', content: paymentContent(payment) };
const link = linkOf(nonce, subject);

describe('What a proof is bound to', () => {
  it('is written as documented, so that anybody can compute it from the payment', () => {
    const content = Buffer.from('["acc_a","acc_b","CZK","6000000"]').toString('base64');
    const text = `["corebank step-up 1","${nonce.toString('hex')}","cus_a","Transfer","one","${content}"]`;
    expect(link).to.deep.equal(createHash('sha256').update(text).digest());
  });

  it('changes with every part of the payment, and with whose request it is', () => {
    const payments = [
      { ...payment, minor: 60_000_01n },
      { ...payment, currency: 'EUR' },
      { ...payment, creditorAccountId: 'acc_c' },
      { ...payment, debtorAccountId: 'acc_c' },
      { ...payment, debtorAccountId: 'acc_b', creditorAccountId: 'acc_a' },
    ].map((changed) => ({ ...subject, content: paymentContent(changed) }));
    const others = [
      { ...subject, partyId: 'cus_b' },
      { ...subject, rpc: 'PlaceHold' },
      { ...subject, requestId: 'two' },
    ];
    const links = [...payments, ...others].map((changed) => linkOf(nonce, changed).toString('hex'));
    const all = new Set([...links, link.toString('hex'), linkOf(Buffer.alloc(16, 8), subject).toString('hex')]);
    expect(all.size).to.equal(10);
  });
});

describe('A request that has to be proved', () => {
  const standing = (state: StepUpState, lateMs: number, asked = link) =>
    standingOf({ state, link, expireMs: NOW.getTime() - lateMs }, asked, NOW);

  it('goes on when it was proved, in time, unchanged; and for ever, once it went on', () => {
    expect(standing('open', -1)).to.equal('STEP_UP_REQUIRED');
    expect(standing('proved', -1)).to.equal('GOES_ON');
    expect(standing('used', -1)).to.equal('WENT_ON');
    expect(standing('used', 1_000_000)).to.equal('WENT_ON');
    for (const state of ['open', 'proved'] as const) expect(standing(state, 0)).to.equal('STEP_UP_EXPIRED');
    expect(standing('failed', -1)).to.equal('STEP_UP_FAILED');
    for (const state of ['open', 'proved', 'used', 'failed'] as const) {
      expect(standing(state, -1, Buffer.alloc(32))).to.equal('STEP_UP_MISMATCH');
    }
  });

  it('is tried five times in vain, and no more', () => {
    const trial = (state: StepUpState, failures: number, lateMs = -1) =>
      trialOf({ state, failures, expireMs: NOW.getTime() - lateMs }, NOW);
    for (const failures of [0, 1, 2, 3, 4]) expect(trial('open', failures)).to.equal('TRIED');
    expect(trial('open', 5)).to.equal('STEP_UP_FAILED');
    expect(trial('failed', 5)).to.equal('STEP_UP_FAILED');
    expect(trial('open', 0, 0)).to.equal('STEP_UP_EXPIRED');
    for (const state of ['proved', 'used'] as const) expect(trial(state, 1)).to.equal('STEP_UP_NOT_OPEN');
  });
});
