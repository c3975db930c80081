import { expect } from 'chai';
import { asSeenFrom } from './sight.ts';
import type { Order, State } from './words.ts';

describe('What is seen of an order', () => {
  const order = (state: State, debtorAccountId: string | null = 'acc_payer'): Order => ({
    id: 'txn_1',
    journalId: 'jnl_1',
    type: 'transfer',
    state,
    debtorAccountId,
    creditorAccountId: 'acc_payee',
    partyId: 'cus_1',
    currency: 'CZK',
    amount: 100n,
    fees: [5n],
    bookingDate: null,
    valueDate: null,
    reversedId: null,
    reversedAmount: 0n,
    externalReference: null,
    holdId: null,
    createTime: 0,
    changes: [],
  });

  it('is everything from the side that pays', () => {
    const seen = new Set(['acc_payer']);
    for (const state of ['pending', 'refused', 'posted'] as const) {
      expect(asSeenFrom(order(state), seen)).to.deep.equal(order(state));
    }
  });

  it('is what was booked, without its cost, from the side that is paid', () => {
    const seen = new Set(['acc_payee']);
    expect(asSeenFrom(order('posted'), seen)).to.deep.equal({ ...order('posted'), fees: [] });
    expect(asSeenFrom(order('reversed'), seen)?.fees).to.deep.equal([]);
    expect(asSeenFrom(order('refused'), seen)).to.equal(undefined);
    expect(asSeenFrom(order('pending'), seen)).to.equal(undefined);
  });

  it('is everything of a deposit from the account that it is paid to', () => {
    expect(asSeenFrom(order('refused', null), new Set(['acc_payee']))?.fees).to.deep.equal([5n]);
  });

  it('is nothing from anywhere else', () => {
    expect(asSeenFrom(order('posted'), new Set(['acc_other']))).to.equal(undefined);
  });
});
