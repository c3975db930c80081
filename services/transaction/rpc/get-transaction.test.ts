import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountType } from '#gen/bank/account/v1/account_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, registerOrganisation, registerPerson } from '../../_testbed/opening.ts';
import { as, aTransfer, at, deposit, of, transfer } from '../testing.ts';

describe('GetTransaction', () => {
  const bank = useBank({ edge: false });

  it('reads it for both sides and for staff, and for nobody else', async () => {
    const [jana, petr, eva] = await Promise.all([1, 2, 3].map(() => registerPerson(bank())));
    const mine = await openAccount(bank(), { owners: [jana ?? ''] });
    const his = await openAccount(bank(), { owners: [petr ?? ''] });
    await openAccount(bank(), { owners: [eva ?? ''] });
    await deposit(bank(), mine, '10');
    const { transactionId, ...rest } = await transfer(bank(), mine, his, '1');
    for (const client of [of(bank(), jana ?? ''), of(bank(), petr ?? ''), as(bank(), 'AUDITOR')]) {
      const { transaction } = await client.getTransaction({ transactionId });
      expect(transaction).to.deep.equal({ transactionId, ...rest });
    }
    const foreign = await refused(of(bank(), eva ?? '').getTransaction({ transactionId }), 'TRANSACTION_NOT_FOUND');
    const unknown = await refused(
      of(bank(), eva ?? '').getTransaction({ transactionId: 'txn_unknown' }),
      'TRANSACTION_NOT_FOUND',
    );
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    await refused(as(bank(), 'AUDITOR').getTransaction({ transactionId: 'txn_unknown' }), 'TRANSACTION_NOT_FOUND');
  });

  it('does not tell the payee of a transfer that failed', async () => {
    const [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const mine = await openAccount(bank(), { owners: [jana] });
    const his = await openAccount(bank(), { owners: [petr] });
    await refused(of(bank(), jana).transferFunds(aTransfer(mine, his, '1')), 'INSUFFICIENT_FUNDS');
    const { transactions } = await of(bank(), jana).listTransactions({ accountId: mine.accountId });
    const transactionId = transactions[0]?.transactionId ?? '';
    expect((await of(bank(), jana).getTransaction({ transactionId })).transaction?.state).to.equal(
      TransactionState.REFUSED,
    );
    await refused(of(bank(), petr).getTransaction({ transactionId }), 'TRANSACTION_NOT_FOUND');
    expect((await of(bank(), petr).listTransactions({ accountId: his.accountId })).transactions).to.deep.equal([]);
  });

  it('reads it for staff of a branch as far as its accounts go, and of others as if there were none', async () => {
    const here = await openAccount(bank(), {
      branchId: 'brn_here',
      productId: 'prd_business_czk',
      ...(await aBakery()),
    });
    const there = await openAccount(bank(), { branchId: 'brn_there' });
    await deposit(bank(), here, '1000');
    const { transactionId, ...rest } = await transfer(bank(), here, there, '100');
    const read = async (...who: ['brn_here' | 'brn_there' | 'brn_else', 'TELLER']) =>
      (await at(bank(), ...who).getTransaction({ transactionId })).transaction;
    expect(await read('brn_here', 'TELLER')).to.deep.equal({ transactionId, ...rest });
    // What it cost is a matter of the payer, and of the payer's branch.
    expect(rest.fees).to.have.length(1);
    expect((await read('brn_there', 'TELLER'))?.fees).to.deep.equal([]);
    const foreign = await refused(read('brn_else', 'TELLER'), 'TRANSACTION_NOT_FOUND');
    const unknown = await refused(
      at(bank(), 'brn_else', 'TELLER').getTransaction({ transactionId: 'txn_unknown' }),
      'TRANSACTION_NOT_FOUND',
    );
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
  });

  const aBakery = async () => ({ type: AccountType.BUSINESS, owners: [await registerOrganisation(bank())] });
});
