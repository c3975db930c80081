import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { type Account, Operation, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { accountsAs, openAccount, registerPerson } from '../_testbed/opening.ts';
import { aRequestId, as, aTransfer, balanceOf, czk, deposit, of, there } from './testing.ts';

describe('operations that are free so many times a month', () => {
  const bank = useBank({ edge: false });
  const product = async (fees: object[]) => {
    const productId = newId('prd');
    await accountsAs(bank(), 'BACK_OFFICE').createProduct({
      requestId: aRequestId(),
      productId,
      type: ProductType.CURRENT,
      currencyCode: 'CZK',
      displayName: 'Two free',
      terms: { fees: fees as never },
    });
    return productId;
  };
  let owner = '';
  let other: Account;
  let productId = '';

  before(async () => {
    owner = await registerPerson(bank());
    other = await openAccount(bank(), { owners: [owner] });
    productId = await product([
      { operation: Operation.TRANSFER, flat: czk('5.00'), monthlyFreeCount: 2 },
      { operation: Operation.CASH_WITHDRAWAL, flat: czk('7.00'), monthlyFreeCount: 1 },
    ]);
  });
  afterEach(() => checkLaws(bank().database('ledger').superuserUrl));

  const anAccount = async (amount: string) => {
    const account = await openAccount(bank(), { owners: [owner], productId });
    await deposit(bank(), account, amount);
    return account;
  };
  const fees = (transaction: { fees: { amount?: { amount: string } | undefined }[] }) =>
    transaction.fees.map(({ amount }) => amount?.amount);
  const pay = async (account: Account, amount: string, terms: object = {}) => {
    const request = { ...aTransfer(account, other, amount), ...terms };
    return fees(there((await of(bank(), owner).transferFunds(request)).transaction));
  };

  it('cost nothing until they are used up, each operation and account by itself, and what is only tried uses none', async () => {
    const account = await anAccount('1000.00');
    for (const _ of [1, 2, 3]) expect(await pay(account, '1.00', { validateOnly: true })).to.deep.equal([]);
    const request = aTransfer(account, other, '1.00');
    const first = there((await of(bank(), owner).transferFunds(request)).transaction);
    expect(there((await of(bank(), owner).transferFunds(request)).transaction)).to.deep.equal(first);
    expect(fees(first)).to.deep.equal([]);
    expect(await pay(account, '1.00')).to.deep.equal([]);
    expect(await pay(account, '1.00', { validateOnly: true })).to.deep.equal(['5.00']);
    expect(await pay(account, '1.00')).to.deep.equal(['5.00']);
    const withdraw = async () => {
      const asked = { requestId: aRequestId(), debtorAccountId: account.accountId, amount: czk('10.00') };
      return fees(there((await as(bank(), 'TELLER').withdrawCash(asked)).transaction));
    };
    expect(await withdraw()).to.deep.equal([]);
    expect(await withdraw()).to.deep.equal(['7.00']);
    expect(await pay(await anAccount('10.00'), '10.00')).to.deep.equal([]);
    expect(await balanceOf(bank(), account)).to.equal('965.00');
  });

  it('give their place back when they fail', async () => {
    const account = await anAccount('10.00');
    for (const _ of [1, 2, 3]) await refused(pay(account, '10.01'), 'INSUFFICIENT_FUNDS');
    expect(await pay(account, '4.00')).to.deep.equal([]);
    expect(await pay(account, '6.00')).to.deep.equal([]);
    expect(await balanceOf(bank(), account)).to.equal('0.00');
  });

  it('are free as many times as the terms say, of many at once', async () => {
    const account = await anAccount('1000.00');
    const paid = await Promise.all(Array.from({ length: 12 }, () => pay(account, '1.00')));
    expect(paid.filter((one) => one.length === 0)).to.have.length(2);
    expect(await balanceOf(bank(), account)).to.equal('938.00');
  });

  it('are counted for those operations alone that go through here', async () => {
    const fee = { flat: czk('1.00'), monthlyFreeCount: 1 };
    await refused(product([{ ...fee, operation: Operation.CARD_PAYMENT }]), 'FEE_TERM_INVALID');
    await refused(product([{ ...fee, operation: Operation.CHEQUE_STOP }]), 'FEE_TERM_INVALID');
  });
});
