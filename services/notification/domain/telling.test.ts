import { expect } from 'chai';
import { type Booked, tellBooked, tellOne } from './telling.ts';

describe('who is told', () => {
  const booked: Booked = {
    transactionId: 'txn_1',
    debtorAccountId: 'acc_a',
    creditorAccountId: 'acc_b',
    amount: { currencyCode: 'CZK', amount: '1.00' },
    bookingDate: '2026-11-27',
  };
  const told = (holders: Record<string, string[]>) =>
    tellBooked(booked, new Map(Object.entries(holders))).map(({ partyId, template }) => `${partyId} ${template}`);

  it('of a booking, all who hold an account, each for what they hold', () => {
    expect(told({ acc_a: ['cus_1', 'cus_2'], acc_b: ['cus_2'] })).to.deep.equal([
      'cus_1 money-out',
      'cus_2 money-out',
      'cus_2 money-in',
    ]);
    expect(told({})).to.deep.equal([]);
  });

  it('customers, and no one else', () => {
    expect(['stf_1', 'ptn_1', ''].flatMap((partyId) => tellOne(partyId, 'password-changed'))).to.deep.equal([]);
    expect(tellOne('cus_1', 'password-changed')).to.deep.equal([
      { partyId: 'cus_1', template: 'password-changed', topic: 'security', facts: {} },
    ]);
  });
});
