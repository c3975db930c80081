import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staffAt } from '#chassis/testing/service.ts';
import { type Account, AccountType, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { TransactionState, TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { accountsAs, openAccount, registerOrganisation, registerPerson } from '../../_testbed/opening.ts';
import {
  approved,
  aRequestId,
  as,
  aTransfer,
  balanceOf,
  czk,
  deposit,
  dump,
  executed,
  minorOf,
  of,
  there,
  transfer,
} from '../testing.ts';

describe('ReverseTransaction', () => {
  const bank = useBank({ edge: false });
  let owner = '';
  let mine: Account;
  let his: Account;

  before(async () => {
    owner = await registerPerson(bank());
    mine = await openAccount(bank(), { owners: [owner] });
    his = await openAccount(bank());
    await deposit(bank(), mine, '100000');
  });

  const undo = (transactionId: string, amount?: string) => ({
    requestId: aRequestId(),
    transactionId,
    ...(amount !== undefined && { amount: czk(amount) }),
  });
  const reverse = async (transactionId: string, amount?: string) =>
    there((await approved(bank(), 'BACK_OFFICE').reverseTransaction(undo(transactionId, amount))).transaction);
  const read = async (transactionId: string) =>
    there((await as(bank(), 'AUDITOR').getTransaction({ transactionId })).transaction);

  it('undoes a transfer whole, once however often it is asked', async () => {
    const before = await balanceOf(bank(), mine);
    const { transactionId } = await transfer(bank(), mine, his, '40');
    const request = { ...undo(transactionId), remittanceInformation: 'paid by mistake' };
    const staff = approved(bank(), 'BRANCH_MANAGER');
    const answers = await Promise.all(Array.from({ length: 50 }, () => staff.reverseTransaction(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    const reversal = there(answers[0]?.transaction);
    expect(reversal).to.include({
      type: TransactionType.REVERSAL,
      state: TransactionState.POSTED,
      debtorAccountId: his.accountId,
      creditorAccountId: mine.accountId,
      reversedTransactionId: transactionId,
      remittanceInformation: 'paid by mistake',
    });
    expect(await read(reversal.transactionId)).to.deep.equal(reversal);
    expect(await balanceOf(bank(), mine)).to.equal(before);
    const original = await read(transactionId);
    expect(original.state).to.equal(TransactionState.REVERSED);
    expect(original.reversedAmount?.amount).to.equal('40.00');
    expect(original.stateChanges.map(({ state }) => state)).to.deep.equal([
      TransactionState.PENDING,
      TransactionState.POSTED,
      TransactionState.REVERSED,
    ]);
    const database = bank().database('transaction');
    expect(await eventsOf(database, transactionId)).to.deep.equal(['TransactionPosted 1', 'TransactionReversed 2']);
    expect(await eventsOf(database, reversal.transactionId)).to.deep.equal(['TransactionPosted 1']);
    expect(await dump(database)).not.to.contain('paid by mistake');
    await refused(staff.reverseTransaction({ ...request, amount: czk('1') }), 'REQUEST_EXISTS');
  });

  it('undoes in parts, never more than the original', async () => {
    const { transactionId } = await transfer(bank(), mine, his, '10');
    await reverse(transactionId, '4');
    expect(await read(transactionId)).to.include({ state: TransactionState.PARTIALLY_REVERSED });
    await refused(reverse(transactionId, '6.01'), 'REVERSAL_EXCEEDS_ORIGINAL');
    expect((await reverse(transactionId)).amount?.amount).to.equal('6.00');
    expect((await read(transactionId)).reversedAmount?.amount).to.equal('10.00');
    await refused(reverse(transactionId), 'REVERSAL_EXCEEDS_ORIGINAL');
    await refused(reverse(transactionId, '0.01'), 'REVERSAL_EXCEEDS_ORIGINAL');
  });

  it('lets two reversals race without ever undoing more than the original', async () => {
    for (let round = 0; round < 10; round += 1) {
      const before = await minorOf(bank(), mine);
      const { transactionId } = await transfer(bank(), mine, his, '10');
      const race = await Promise.allSettled([reverse(transactionId, '7'), reverse(transactionId, '7')]);
      expect(race.filter(({ status }) => status === 'fulfilled').length).to.equal(1);
      expect((await read(transactionId)).reversedAmount?.amount).to.equal('7.00');
      expect(await minorOf(bank(), mine)).to.equal(before - 300n);
    }
  });

  it('gives the fees back when nothing is left, and not before', async () => {
    const bakery = await registerOrganisation(bank());
    const opening = { owners: [bakery], type: AccountType.BUSINESS, productId: 'prd_business_czk' };
    const business = await openAccount(bank(), opening);
    const paidIn = await deposit(bank(), business, '1000');
    expect(await balanceOf(bank(), business)).to.equal('990.00');
    await reverse(paidIn.transactionId, '400');
    expect(await balanceOf(bank(), business)).to.equal('590.00');
    await reverse(paidIn.transactionId, '600');
    expect(await balanceOf(bank(), business)).to.equal('0.00');
  });

  it('undoes a transaction that was answered a moment ago', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { transactionId } = await transfer(bank(), mine, his, '1');
        expect((await reverse(transactionId)).state).to.equal(TransactionState.POSTED);
      }),
    );
  });

  it('tells with validate_only what would happen, and does nothing', async () => {
    const { transactionId } = await transfer(bank(), mine, his, '1');
    const staff = approved(bank(), 'BACK_OFFICE');
    const { transaction } = await staff.reverseTransaction({ ...undo(transactionId), validateOnly: true });
    expect(transaction?.state).to.equal(TransactionState.POSTED);
    expect((await read(transactionId)).state).to.equal(TransactionState.POSTED);
  });

  it('refuses what cannot be undone', async () => {
    await refused(reverse('txn_unknown'), 'TRANSACTION_NOT_FOUND');
    const done = await transfer(bank(), mine, his, '1');
    const euro = { ...undo(done.transactionId), amount: { currencyCode: 'EUR', amount: '1' } };
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(euro), 'CURRENCY_MISMATCH');
    await refused(reverse(done.transactionId, '0'), 'AMOUNT_NOT_POSITIVE');
    const reversal = await reverse(done.transactionId);
    await refused(reverse(reversal.transactionId), 'TRANSACTION_NOT_REVERSIBLE');
    const poor = await openAccount(bank(), { owners: [owner] });
    await refused(of(bank(), owner).transferFunds(aTransfer(poor, his, '1')), 'INSUFFICIENT_FUNDS');
    const { transactions } = await of(bank(), owner).listTransactions({ accountId: poor.accountId });
    await refused(reverse(transactions[0]?.transactionId ?? ''), 'TRANSACTION_NOT_REVERSIBLE');
  });

  it('refuses when the money is gone, or its account frozen or closed; and the transaction stays as it was', async () => {
    const spender = await openAccount(bank(), { owners: [owner] });
    const got = await transfer(bank(), mine, spender, '10');
    const frozen = await openAccount(bank());
    const held = await transfer(bank(), mine, frozen, '10');
    await transfer(bank(), spender, his, '10');
    const request = undo(got.transactionId);
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(request), 'INSUFFICIENT_FUNDS');
    await deposit(bank(), spender, '10');
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(request), 'INSUFFICIENT_FUNDS');
    expect((await read(got.transactionId)).state).to.equal(TransactionState.POSTED);
    const freeze = { requestId: aRequestId(), accountId: frozen.accountId, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'BACK_OFFICE').freezeAccount({ ...freeze, debits: true });
    await refused(reverse(held.transactionId), 'ACCOUNT_FROZEN');
    await transfer(bank(), spender, his, '10');
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount({ requestId: aRequestId(), accountId: spender.accountId });
    await refused(reverse(got.transactionId), 'ACCOUNT_CLOSED');
  });

  it('is for branch managers and back office, and for none of them alone', async () => {
    const { transactionId } = await transfer(bank(), mine, his, '1');
    await refused(approved(bank(), 'TELLER').reverseTransaction(undo(transactionId)), 'CALLER_NOT_ALLOWED');
    await refused(of(bank(), owner).reverseTransaction(undo(transactionId)), 'CALLER_NOT_ALLOWED');
    await refused(as(bank(), 'BACK_OFFICE').reverseTransaction(undo(transactionId)), 'CALLER_NOT_ALLOWED');
    expect((await read(transactionId)).state).to.equal(TransactionState.POSTED);
  });

  it('has left every law of the ledger as it is', () => checkLaws(bank().database('ledger').superuserUrl));

  it('is for a branch manager where both accounts are of the branch', async () => {
    const [here, near, there] = [
      await openAccount(bank(), { branchId: 'brn_here' }),
      await openAccount(bank(), { branchId: 'brn_here' }),
      await openAccount(bank(), { branchId: 'brn_there' }),
    ];
    await deposit(bank(), here, '100');
    const own = await transfer(bank(), here, near, '10');
    const across = await transfer(bank(), here, there, '10');
    const manager = (branchId: string) => executed(bank(), staffAt(branchId, 'BRANCH_MANAGER'));
    await manager('brn_here').reverseTransaction(undo(own.transactionId));
    for (const branchId of ['brn_here', 'brn_there']) {
      await refused(manager(branchId).reverseTransaction(undo(across.transactionId)), 'BRANCH_NOT_ALLOWED');
    }
    const foreign = await refused(
      manager('brn_there').reverseTransaction(undo(own.transactionId)),
      'TRANSACTION_NOT_FOUND',
    );
    const unknown = await refused(
      manager('brn_there').reverseTransaction(undo('txn_unknown')),
      'TRANSACTION_NOT_FOUND',
    );
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    await reverse(across.transactionId);
  });
});
