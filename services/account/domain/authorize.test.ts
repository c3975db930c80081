import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { customer, partner, staff, staffAt } from '#chassis/testing/clients.ts';
import { Operation, ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { type AccountFacts, authorize, type OrderFacts } from './authorize.ts';

const { CASH_DEPOSIT, CASH_WITHDRAWAL, TRANSFER, MIGRATION } = Operation;
const eur = (amount: string) => ({ currencyCode: 'EUR', amount });
const terms = create(ProductTermsSchema, {
  transferLimit: eur('100.00'),
  fees: [
    { operation: TRANSFER, flat: eur('1') },
    { operation: CASH_DEPOSIT, flat: eur('2') },
  ],
});

const recurring = create(ProductTermsSchema, { term: { termMonths: 12, recurring: true } });

function account(id: string, changes: Partial<AccountFacts> = {}): AccountFacts {
  return {
    id: `acc_${id}`,
    state: 'active',
    currency: 'EUR',
    partyId: `cus_${id}`,
    branchId: 'brn_one',
    freezeDebits: false,
    freezeCredits: false,
    openDate: '2026-01-01',
    maturityDate: null,
    restricted: false,
    tiers: null,
    terms,
    ...changes,
  };
}

const one = account('one');
const two = account('two');
const owner = customer('cus_one');
const transfer: OrderFacts = {
  actor: owner,
  operation: TRANSFER,
  amount: { currency: 'EUR', minor: 10_000n },
  debtor: one,
  creditor: two,
  people: {
    holders: [
      { customerId: 'cus_one', role: 'owner' },
      { customerId: 'cus_helper', role: 'disponent' },
    ],
    mandate: null,
    representations: [],
  },
  date: '2026-06-15',
  actorRestricted: false,
  isSigned: false,
};
const teller = staff('TELLER');
const deposit: OrderFacts = { ...transfer, actor: teller, operation: CASH_DEPOSIT, debtor: undefined };
const withdrawal: OrderFacts = { ...transfer, actor: teller, operation: CASH_WITHDRAWAL, creditor: undefined };
const migration: OrderFacts = {
  ...transfer,
  actor: staff('BACK_OFFICE'),
  operation: MIGRATION,
  debtor: account('one', { state: 'migrating' }),
  creditor: undefined,
};

function outcomeOf(order: OrderFacts): string {
  try {
    authorize(order);
    return 'allowed';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('the authorisation of an order', () => {
  const usd = { currency: 'USD', minor: 1n };
  const more = { currency: 'EUR', minor: 10_001n };
  const cases: [string, OrderFacts, string][] = [
    ['a transfer by the owner', transfer, 'allowed'],
    ['a transfer by a disponent', { ...transfer, actor: customer('cus_helper') }, 'allowed'],
    ['a transfer by a teller', { ...transfer, actor: teller }, 'allowed'],
    ['a transfer by back office', { ...transfer, actor: staff('BACK_OFFICE') }, 'allowed'],
    ['a transfer by a stranger', { ...transfer, actor: customer('cus_two') }, 'ACCOUNT_NOT_FOUND'],
    ['a transfer by a teller of the branch', { ...transfer, actor: staffAt('brn_one', 'TELLER') }, 'allowed'],
    ['a transfer by one of another', { ...transfer, actor: staffAt('brn_two', 'TELLER') }, 'ACCOUNT_NOT_FOUND'],
    [
      'a transfer by one of another who is an auditor too',
      { ...transfer, actor: staffAt('brn_two', 'TELLER', 'AUDITOR') },
      'ACCOUNT_NOT_FOUND',
    ],
    [
      'a transfer by one of another who is back office too',
      { ...transfer, actor: staffAt('brn_two', 'TELLER', 'BACK_OFFICE') },
      'allowed',
    ],
    [
      'a transfer to another branch',
      { ...transfer, actor: staffAt('brn_one', 'TELLER'), creditor: account('two', { branchId: 'brn_two' }) },
      'allowed',
    ],
    ['a deposit by a teller of the branch', { ...deposit, actor: staffAt('brn_one', 'TELLER') }, 'allowed'],
    ['a deposit by one of another', { ...deposit, actor: staffAt('brn_two', 'TELLER') }, 'ACCOUNT_NOT_FOUND'],
    ['a withdrawal by one of another', { ...withdrawal, actor: staffAt('brn_two', 'TELLER') }, 'ACCOUNT_NOT_FOUND'],
    ['history by back office of another', { ...migration, actor: staffAt('brn_two', 'BACK_OFFICE') }, 'allowed'],
    ['a transfer by an auditor', { ...transfer, actor: staff('AUDITOR') }, 'ACCOUNT_NOT_FOUND'],
    ['a transfer by a partner of the same name', { ...transfer, actor: partner('cus_one') }, 'ACCOUNT_NOT_FOUND'],
    ['a transfer from no account', { ...transfer, debtor: undefined }, 'ACCOUNT_NOT_FOUND'],
    [
      'a transfer from no account to none',
      { ...transfer, debtor: undefined, creditor: undefined },
      'ACCOUNT_NOT_FOUND',
    ],
    ['a transfer to no account', { ...transfer, creditor: undefined }, 'CREDITOR_NOT_FOUND'],
    ['a transfer to itself', { ...transfer, creditor: one }, 'SAME_ACCOUNT'],
    [
      'a transfer from a closed account',
      { ...transfer, debtor: account('one', { state: 'closed' }) },
      'ACCOUNT_CLOSED',
    ],
    [
      'a transfer from a migrating account',
      { ...transfer, debtor: account('one', { state: 'migrating' }) },
      'ACCOUNT_NOT_ACTIVE',
    ],
    [
      'a transfer from a pending account',
      { ...transfer, debtor: account('one', { state: 'pending' }) },
      'ACCOUNT_NOT_ACTIVE',
    ],
    [
      'a transfer from a dormant account',
      { ...transfer, debtor: account('one', { state: 'dormant' }) },
      'ACCOUNT_DORMANT',
    ],
    ['a transfer from an inactive account', { ...transfer, debtor: account('one', { state: 'inactive' }) }, 'allowed'],
    ['a transfer to a dormant account', { ...transfer, creditor: account('two', { state: 'dormant' }) }, 'allowed'],
    [
      'a transfer to an escheated account',
      { ...transfer, creditor: account('two', { state: 'escheated' }) },
      'ACCOUNT_CLOSED',
    ],
    [
      'a transfer from a term deposit',
      { ...transfer, debtor: account('one', { maturityDate: '2026-07-01' }) },
      'TERM_DEPOSIT_BOUND',
    ],
    [
      'a transfer to a term deposit on the day of its opening',
      { ...transfer, creditor: account('two', { maturityDate: '2026-07-01', openDate: '2026-06-15' }) },
      'allowed',
    ],
    [
      'a transfer to a term deposit on a later day',
      { ...transfer, creditor: account('two', { maturityDate: '2026-07-01' }) },
      'TERM_DEPOSIT_PAID_IN',
    ],
    [
      'a transfer to a recurring deposit on a later day',
      { ...transfer, creditor: account('two', { maturityDate: '2026-07-01', terms: recurring }) },
      'allowed',
    ],
    [
      'a transfer from a frozen account',
      { ...transfer, debtor: account('one', { freezeDebits: true }) },
      'ACCOUNT_FROZEN',
    ],
    [
      'a transfer from an account frozen for credits',
      { ...transfer, debtor: account('one', { freezeCredits: true }) },
      'allowed',
    ],
    [
      'a transfer to a closed account',
      { ...transfer, creditor: account('two', { state: 'closed' }) },
      'ACCOUNT_CLOSED',
    ],
    [
      'a transfer to a migrating account',
      { ...transfer, creditor: account('two', { state: 'migrating' }) },
      'ACCOUNT_NOT_ACTIVE',
    ],
    [
      'a transfer to an account frozen for credits',
      { ...transfer, creditor: account('two', { freezeCredits: true }) },
      'ACCOUNT_FROZEN',
    ],
    [
      'a transfer to an account frozen for debits',
      { ...transfer, creditor: account('two', { freezeDebits: true }) },
      'allowed',
    ],
    [
      'a transfer from an account of somebody restricted',
      { ...transfer, debtor: account('one', { restricted: true }) },
      'ACCOUNT_RESTRICTED',
    ],
    [
      'a transfer to an account of somebody restricted',
      { ...transfer, creditor: account('two', { restricted: true }) },
      'ACCOUNT_RESTRICTED',
    ],
    ['a transfer by somebody restricted', { ...transfer, actorRestricted: true }, 'ACCOUNT_RESTRICTED'],
    ['a transfer in another currency', { ...transfer, amount: usd }, 'CURRENCY_MISMATCH'],
    [
      'a transfer to an account in another currency',
      { ...transfer, creditor: account('two', { currency: 'USD' }) },
      'CURRENCY_MISMATCH',
    ],
    ['a transfer above the limit', { ...transfer, amount: more }, 'TRANSFER_LIMIT_EXCEEDED'],
    ['a transfer above the limit by staff', { ...transfer, actor: teller, amount: more }, 'TRANSFER_LIMIT_EXCEEDED'],
    [
      'a transfer without a limit',
      { ...transfer, amount: more, debtor: account('one', { terms: create(ProductTermsSchema) }) },
      'allowed',
    ],
    ['a deposit by a teller', deposit, 'allowed'],
    ['a deposit above the limit', { ...deposit, amount: more }, 'allowed'],
    ['a deposit by the owner', { ...deposit, actor: customer('cus_two') }, 'ACCOUNT_NOT_FOUND'],
    ['a deposit to no account', { ...deposit, creditor: undefined }, 'ACCOUNT_NOT_FOUND'],
    ['a deposit to a closed account', { ...deposit, creditor: account('two', { state: 'closed' }) }, 'ACCOUNT_CLOSED'],
    [
      'a deposit to an account frozen for credits',
      { ...deposit, creditor: account('two', { freezeCredits: true }) },
      'ACCOUNT_FROZEN',
    ],
    [
      'a deposit to an account frozen for debits',
      { ...deposit, creditor: account('two', { freezeDebits: true }) },
      'allowed',
    ],
    ['a deposit in another currency', { ...deposit, amount: usd }, 'CURRENCY_MISMATCH'],
    ['a withdrawal by a teller', withdrawal, 'allowed'],
    ['a withdrawal by back office', { ...withdrawal, actor: staff('BACK_OFFICE') }, 'ACCOUNT_NOT_FOUND'],
    [
      'a withdrawal from a frozen account',
      { ...withdrawal, debtor: account('one', { freezeDebits: true }) },
      'ACCOUNT_FROZEN',
    ],
    ['a withdrawal above the limit', { ...withdrawal, amount: more }, 'TRANSFER_LIMIT_EXCEEDED'],
    ['history by back office', migration, 'allowed'],
    ['history above the limit', { ...migration, amount: more }, 'allowed'],
    ['history by a teller', { ...migration, actor: teller }, 'ACCOUNT_NOT_FOUND'],
    ['history by the owner', { ...migration, actor: owner }, 'ACCOUNT_NOT_FOUND'],
    ['history of no account', { ...migration, debtor: undefined }, 'ACCOUNT_NOT_FOUND'],
    ['history of an account in use', { ...migration, debtor: one }, 'ACCOUNT_NOT_MIGRATING'],
    [
      'history of a closed account',
      { ...migration, debtor: account('one', { state: 'closed' }) },
      'ACCOUNT_NOT_MIGRATING',
    ],
    ['history in another currency', { ...migration, amount: usd }, 'CURRENCY_MISMATCH'],
  ];
  for (const [name, order, outcome] of cases) {
    it(`${name}: ${outcome}`, () => {
      expect(outcomeOf(order)).to.equal(outcome);
    });
  }

  it('tells where to book and what it costs: the debtor, and for a deposit the creditor', () => {
    const debtor = { debtorAccountId: 'acc_one', debtorLedgerAccountId: 'lac_one', debtorPartyId: 'cus_one' };
    const creditor = { creditorAccountId: 'acc_two', creditorLedgerAccountId: 'lac_two', creditorPartyId: 'cus_two' };
    expect(authorize(transfer)).to.deep.equal({ ...debtor, ...creditor, fee: terms.fees[0] });
    expect(authorize(deposit)).to.deep.equal({ ...creditor, fee: terms.fees[1] });
    expect(authorize(withdrawal)).to.deep.equal(debtor);
    expect(authorize(migration)).to.deep.equal(debtor);
  });

  it('says nothing of an account but which side it is', () => {
    const closed = { ...transfer, creditor: account('two', { state: 'closed' }) };
    let refusal: unknown;
    try {
      authorize(closed);
    } catch (error) {
      refusal = error;
    }
    expect((refusal as Refusal).metadata).to.deep.equal({ side: 'creditor' });
  });
});
