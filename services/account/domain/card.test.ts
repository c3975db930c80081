import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '#chassis/errors.ts';
import { activate, block, type CardStanding, expiryOf, replaced, unblock } from './card.ts';
import type { CardBlockReason } from './words.ts';

const ISSUED: CardStanding = { state: 'issued', blockReason: null, activated: false };
const ACTIVE = activate(ISSUED);
const REASONS: CardBlockReason[] = ['customer_request', 'bank_decision', 'fraud_suspicion', 'lost', 'stolen'];

function reasonOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('The life of a card', () => {
  it('is activated once, and goes back to where it was when a block is lifted', () => {
    expect(reasonOf(() => activate(ACTIVE))).to.equal('CARD_NOT_ISSUED');
    for (const card of [ISSUED, ACTIVE])
      expect(unblock(block(card, 'customer_request', true), true)).to.deep.equal(card);
  });

  it('is blocked by a customer for what is theirs to say, and by the bank for all', () => {
    const byCustomer = REASONS.map((reason) => reasonOf(() => block(ACTIVE, reason, true)));
    expect(byCustomer).to.deep.equal(['none', 'BLOCK_NOT_ALLOWED', 'BLOCK_NOT_ALLOWED', 'none', 'none']);
    expect(REASONS.map((reason) => reasonOf(() => block(ACTIVE, reason, false)))).to.deep.equal(Array(5).fill('none'));
  });

  it('is lifted by no customer where the bank blocked, and by nobody where it is lost', () => {
    const lifted = (byCustomer: boolean) =>
      REASONS.map((reason) => reasonOf(() => unblock(block(ACTIVE, reason, false), byCustomer)));
    expect(lifted(true)).to.deep.equal(['none', 'BLOCK_NOT_ALLOWED', 'BLOCK_NOT_ALLOWED', 'CARD_LOST', 'CARD_LOST']);
    expect(lifted(false)).to.deep.equal(['none', 'none', 'none', 'CARD_LOST', 'CARD_LOST']);
    expect(reasonOf(() => unblock(ACTIVE, false))).to.equal('CARD_NOT_BLOCKED');
  });

  it('a block is never made milder by another', () => {
    const seed = Date.now();
    const anyReason = fc.constantFrom(...REASONS);
    fc.assert(
      fc.property(anyReason, anyReason, (first, second) => {
        const blocked = block(ACTIVE, first, false);
        const isMilder = REASONS.indexOf(second) < REASONS.indexOf(first);
        expect(reasonOf(() => block(blocked, second, false))).to.equal(isMilder ? 'BLOCK_NOT_ALLOWED' : 'none');
      }),
      { seed },
    );
  });

  it('ends when it is replaced or expires', () => {
    const ended = replaced(ACTIVE);
    expect(reasonOf(() => block(ended, 'lost', false))).to.equal('CARD_ENDED');
    expect(reasonOf(() => replaced(ended))).to.equal('CARD_REPLACED');
    expect(replaced({ ...ACTIVE, state: 'expired' }).state).to.equal('replaced');
  });

  it('lasts to the end of the month, also of February', () => {
    expect(expiryOf(Temporal.PlainDate.from('2026-11-28'), 4)).to.equal('2030-11-30');
    expect(expiryOf(Temporal.PlainDate.from('2024-02-29'), 4)).to.equal('2028-02-29');
    expect(expiryOf(Temporal.PlainDate.from('2024-02-29'), 5)).to.equal('2029-02-28');
  });
});
