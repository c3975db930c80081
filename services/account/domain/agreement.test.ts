import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { type Agreement, close, cutOver, freeze, overdraftLimit, unfreeze } from './agreement.ts';
import type { FreezeReason } from './words.ts';

const ACTIVE: Agreement = { state: 'active' };
const frozenFor = (freezeReason: FreezeReason): Agreement => ({ state: 'active', freezeReason });

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('the freeze of an account', () => {
  const wanted = (debits: boolean, credits: boolean, reason: FreezeReason) => ({
    debits,
    credits,
    reason,
    reference: '',
  });
  const own = wanted(true, false, 'customer_request');
  const cases: [string, Agreement, ReturnType<typeof wanted>, boolean, string][] = [
    ['by the bank, debits', ACTIVE, wanted(true, false, 'court_order'), false, 'done'],
    [
      'by the bank, both, over another of its own',
      frozenFor('sanctions'),
      wanted(true, true, 'deceased'),
      false,
      'done',
    ],
    ['of nothing', ACTIVE, wanted(false, false, 'sanctions'), false, 'FREEZE_INVALID'],
    ['of nothing, by an owner', ACTIVE, wanted(false, false, 'customer_request'), true, 'FREEZE_INVALID'],
    ['by an owner, debits, at their own request', ACTIVE, own, true, 'done'],
    ['by an owner, once more', frozenFor('customer_request'), own, true, 'done'],
    ['by an owner, credits', ACTIVE, wanted(false, true, 'customer_request'), true, 'FREEZE_NOT_ALLOWED'],
    ['by an owner, both', ACTIVE, wanted(true, true, 'customer_request'), true, 'FREEZE_NOT_ALLOWED'],
    ['by an owner, for the court', ACTIVE, wanted(true, false, 'court_order'), true, 'FREEZE_NOT_ALLOWED'],
    ["by an owner, over the bank's", frozenFor('fraud_suspicion'), own, true, 'FREEZE_NOT_ALLOWED'],
    ['of a closed account', { state: 'closed' }, own, false, 'ACCOUNT_CLOSED'],
    ['of a migrating account', { state: 'migrating' }, own, false, 'ACCOUNT_NOT_ACTIVE'],
  ];
  for (const [name, account, terms, byCustomer, outcome] of cases) {
    it(`${name}: ${outcome}`, () => {
      expect(outcomeOf(() => freeze(account, terms, byCustomer))).to.equal(outcome);
    });
  }

  const lifted: [string, Agreement, boolean, string][] = [
    ['by the bank', frozenFor('court_order'), false, 'done'],
    ['by an owner, of their own', frozenFor('customer_request'), true, 'done'],
    ["by an owner, of the bank's", frozenFor('court_order'), true, 'FREEZE_NOT_ALLOWED'],
    ['where there is none', ACTIVE, false, 'ACCOUNT_NOT_FROZEN'],
    ['of a closed account', { state: 'closed' }, false, 'ACCOUNT_CLOSED'],
  ];
  for (const [name, account, byCustomer, outcome] of lifted) {
    it(`lifted ${name}: ${outcome}`, () => {
      expect(outcomeOf(() => unfreeze(account, byCustomer))).to.equal(outcome);
    });
  }
});

describe('the limit and the end of an account', () => {
  it('has an overdraft up to what its product allows, and none where the product has none', () => {
    expect(overdraftLimit(ACTIVE, 100n, 100n)).to.equal(100n);
    expect(overdraftLimit(ACTIVE, 0n, undefined)).to.equal(0n);
    expect(outcomeOf(() => overdraftLimit(ACTIVE, 101n, 100n))).to.equal('OVERDRAFT_NOT_ALLOWED');
    expect(outcomeOf(() => overdraftLimit(ACTIVE, 1n, undefined))).to.equal('OVERDRAFT_NOT_ALLOWED');
    expect(outcomeOf(() => overdraftLimit({ state: 'migrating' }, 0n, 1n))).to.equal('ACCOUNT_NOT_ACTIVE');
  });

  it('ends only while it is in use and not frozen', () => {
    expect(outcomeOf(() => close(ACTIVE))).to.equal('done');
    expect(outcomeOf(() => close(frozenFor('customer_request')))).to.equal('ACCOUNT_FROZEN');
    expect(outcomeOf(() => close({ state: 'migrating' }))).to.equal('ACCOUNT_NOT_ACTIVE');
    expect(outcomeOf(() => close({ state: 'closed' }))).to.equal('ACCOUNT_CLOSED');
  });

  it('is cut over only while it is migrating', () => {
    expect(outcomeOf(() => cutOver({ state: 'migrating' }))).to.equal('done');
    for (const state of ['pending', 'active', 'closed'] as const) {
      expect(outcomeOf(() => cutOver({ state }))).to.equal('ACCOUNT_NOT_MIGRATING');
    }
  });
});
