import { expect } from 'chai';
import { Code } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { type Account, AccountType, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { TransactionState, TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { accountsAs, openAccount, registerOrganisation, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, as, aTransfer, balanceOf, czk, deposit, dump, minorOf, of, there, transfer } from '../testing.ts';

describe('TransferFunds', () => {
  const bank = useBank({ edge: false });
  let jana = '';
  let petr = '';
  let mine: Account;
  let his: Account;

  before(async () => {
    [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), { owners: [petr] })]);
    await deposit(bank(), mine, '10000');
  });

  const posted = (fromAccount: Account, toAccount: Account, amount: string) => {
    const { TRANSFER } = TransactionType;
    const accounts = { debtorAccountId: fromAccount.accountId, creditorAccountId: toAccount.accountId };
    return { type: TRANSFER, state: TransactionState.POSTED, ...accounts, amount };
  };

  it('moves the money and answers with the booked transaction, as it reads ever after', async () => {
    const before = [await minorOf(bank(), mine), await minorOf(bank(), his)] as const;
    const request = { ...aTransfer(mine, his, '125.50'), remittanceInformation: 'rent for March' };
    const transaction = there((await of(bank(), jana).transferFunds(request)).transaction);
    const { amount, ...rest } = transaction;
    expect({ ...rest, amount: amount?.amount }).to.include(posted(mine, his, '125.50'));
    expect(transaction).to.include({
      remittanceInformation: 'rent for March',
      bookingDate: mine.openDate,
      valueDate: mine.openDate,
      journalId: deriveId('jnl', transaction.transactionId),
    });
    expect(transaction.fees).to.deep.equal([]);
    expect(transaction.stateChanges.map(({ state }) => state)).to.deep.equal([
      TransactionState.PENDING,
      TransactionState.POSTED,
    ]);
    const { transactionId } = transaction;
    expect((await of(bank(), jana).getTransaction({ transactionId })).transaction).to.deep.equal(transaction);
    expect((await of(bank(), jana).transferFunds(request)).transaction).to.deep.equal(transaction);
    expect((await of(bank(), petr).getTransaction({ transactionId })).transaction).to.deep.equal(transaction);
    expect(await minorOf(bank(), mine)).to.equal(before[0] - 12550n);
    expect(await minorOf(bank(), his)).to.equal(before[1] + 12550n);
    expect(await eventsOf(bank().database('transaction'), transactionId)).to.deep.equal(['TransactionPosted 1']);
    const [record] = await recordsOf(bank().database('transaction'), request.requestId);
    expect(record).to.include({ accepted: true, reason: '' });
    expect(record?.resourceIds).to.include(transactionId);
    expect(record?.origin?.partyId).to.equal(jana);
  });

  it('keeps what the payer tells the payee sealed', async () => {
    const remittanceInformation = 'for the operation of Alena';
    await of(bank(), jana).transferFunds({ ...aTransfer(mine, his, '1'), remittanceInformation });
    const dumped = await dump(bank().database('transaction'));
    for (const text of [remittanceInformation, his.iban, mine.iban]) {
      expect(dumped).not.to.contain(text);
      expect(dumped).not.to.contain(Buffer.from(text).toString('hex'));
      expect(dumped).not.to.contain(Buffer.from(text).toString('base64').slice(0, -4));
    }
  });

  it('pays to an IBAN, with or without spaces, and only to one that can be', async () => {
    const spaced = (his.iban.match(/.{1,4}/g) ?? []).join(' ').toLowerCase();
    const to = (value: string) => ({
      ...aTransfer(mine, his, '1'),
      creditor: { case: 'creditorIban' as const, value },
    });
    for (const iban of [his.iban, spaced]) {
      const { transaction } = await of(bank(), jana).transferFunds(to(iban));
      expect(transaction?.creditorAccountId).to.equal(his.accountId);
    }
    await refused(
      of(bank(), jana).transferFunds(to(`${his.iban.slice(0, -1)}${his.iban.endsWith('1') ? 2 : 1}`)),
      'IBAN_INVALID',
    );
    await refused(of(bank(), jana).transferFunds(to('CZ6508000000192000145399')), 'CREDITOR_NOT_FOUND');
  });

  it('makes one transfer of fifty calls with one request_id, and answers all alike', async () => {
    const request = aTransfer(mine, his, '7');
    const before = await minorOf(bank(), mine);
    const answers = await Promise.all(Array.from({ length: 50 }, () => of(bank(), jana).transferFunds(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    expect(await of(bank(), jana).transferFunds(request)).to.deep.equal(answers[0]);
    expect(await minorOf(bank(), mine)).to.equal(before - 700n);
  });

  it('refuses the same request_id with another content, and does nothing', async () => {
    const request = aTransfer(mine, his, '7');
    await of(bank(), jana).transferFunds(request);
    const before = await balanceOf(bank(), mine);
    const other = await refused(of(bank(), jana).transferFunds({ ...request, amount: czk('8') }), 'REQUEST_EXISTS');
    expect(other.code).to.equal(Code.ALREADY_EXISTS);
    expect(await balanceOf(bank(), mine)).to.equal(before);
  });

  it('refuses what is not covered for ever, even after the money has come', async () => {
    const poor = await openAccount(bank(), { owners: [jana] });
    const request = aTransfer(poor, his, '50');
    const refusal = await refused(of(bank(), jana).transferFunds(request), 'INSUFFICIENT_FUNDS');
    expect(refusal).to.include({ code: Code.FAILED_PRECONDITION, domain: 'transaction' });
    expect(JSON.stringify(refusal)).not.to.contain('lac_');
    await deposit(bank(), poor, '100');
    await refused(of(bank(), jana).transferFunds(request), 'INSUFFICIENT_FUNDS');
    const { transactions } = await of(bank(), jana).listTransactions({
      accountId: poor.accountId,
      states: [TransactionState.REFUSED],
    });
    expect(transactions.map(({ stateChanges }) => stateChanges.at(-1)?.reason)).to.deep.equal(['INSUFFICIENT_FUNDS']);
    const [id] = transactions.map(({ transactionId }) => transactionId);
    expect(await eventsOf(bank().database('transaction'), id ?? '')).to.deep.equal(['TransactionRefused 1']);
    expect((await of(bank(), jana).transferFunds({ ...request, requestId: aRequestId() })).transaction?.state).to.equal(
      TransactionState.POSTED,
    );
  });

  it('tells with validate_only what would happen, and does nothing', async () => {
    const request = { ...aTransfer(mine, his, '3'), validateOnly: true };
    const before = await dump(bank().database('transaction'));
    const { transaction } = await of(bank(), jana).transferFunds(request);
    const { amount, ...rest } = there(transaction);
    expect({ ...rest, amount: amount?.amount }).to.include(posted(mine, his, '3.00'));
    await refused(of(bank(), jana).transferFunds({ ...request, amount: czk('999999') }), 'INSUFFICIENT_FUNDS');
    expect((await dump(bank().database('transaction'))).length).to.equal(before.length);
    expect((await of(bank(), jana).transferFunds({ ...request, validateOnly: false })).transaction?.state).to.equal(
      TransactionState.POSTED,
    );
  });

  it('books the fee of the product apart from the amount, and charges it to the payer', async () => {
    const bakery = await registerOrganisation(bank());
    const opening = { owners: [bakery], type: AccountType.BUSINESS, productId: 'prd_business_czk' };
    const business = await openAccount(bank(), opening);
    // Paying in costs 0.2 %, at least 10 and at most 1,000.
    await deposit(bank(), business, '100000');
    expect(await balanceOf(bank(), business)).to.equal('99800.00');
    const paid = await transfer(bank(), business, his, '2000');
    expect(paid.fees.map(({ amount }) => amount?.amount)).to.deep.equal(['7.00']);
    expect(await balanceOf(bank(), business)).to.equal('97793.00');
    const { journalId } = paid;
    const { journal } = await bank().as(LedgerService, 'transaction').getJournal({ journalId });
    expect(journal?.entries.map(({ ledgerAccountId, amount }) => [ledgerAccountId, amount?.amount])).to.deep.equal([
      [deriveId('lac', business.accountId), '2000.00'],
      [deriveId('lac', his.accountId), '2000.00'],
      [deriveId('lac', business.accountId), '7.00'],
      ['lac_fee_income_czk', '7.00'],
    ]);
    const { transaction } = await of(bank(), petr).getTransaction({ transactionId: paid.transactionId });
    expect(transaction?.fees).to.deep.equal([]);
  });

  it('refuses what the account service refuses', async () => {
    const by = of(bank(), jana);
    const eur = await openAccount(bank(), { owners: [petr], productId: 'prd_current_eur' });
    const migrating = await openAccount(bank(), { owners: [petr], migrating: true });
    const closed = await openAccount(bank(), { owners: [petr] });
    const closing = { requestId: aRequestId(), accountId: closed.accountId };
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount(closing);
    const unknown = { ...his, accountId: 'acc_unknown' };
    await refused(by.transferFunds(aTransfer(unknown, his, '1')), 'ACCOUNT_NOT_FOUND');
    await refused(by.transferFunds(aTransfer(his, mine, '1')), 'ACCOUNT_NOT_FOUND');
    await refused(by.transferFunds(aTransfer(mine, unknown, '1')), 'CREDITOR_NOT_FOUND');
    await refused(by.transferFunds(aTransfer(mine, mine, '1')), 'SAME_ACCOUNT');
    await refused(by.transferFunds(aTransfer(mine, closed, '1')), 'ACCOUNT_CLOSED');
    await refused(by.transferFunds(aTransfer(mine, migrating, '1')), 'ACCOUNT_NOT_ACTIVE');
    await refused(by.transferFunds(aTransfer(mine, eur, '1')), 'CURRENCY_MISMATCH');
    await refused(by.transferFunds(aTransfer(mine, his, '1000000.01')), 'TRANSFER_LIMIT_EXCEEDED');
    const frozen = await openAccount(bank(), { owners: [jana] });
    await deposit(bank(), frozen, '10');
    const freeze = { requestId: aRequestId(), accountId: frozen.accountId, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'BACK_OFFICE').freezeAccount({ ...freeze, debits: true });
    await refused(by.transferFunds(aTransfer(frozen, his, '1')), 'ACCOUNT_FROZEN');
  });

  it('refuses amounts that are none', async () => {
    const of1 = (amount: string, currencyCode = 'CZK') => {
      const request = { ...aTransfer(mine, his, '1'), amount: { currencyCode, amount } };
      return of(bank(), jana).transferFunds(request);
    };
    await refused(of1('0'), 'AMOUNT_NOT_POSITIVE');
    await refused(of1('-1'), 'AMOUNT_NOT_POSITIVE');
    await refused(of1('1.001'), 'CURRENCY_EXPONENT_EXCEEDED');
    await refused(of1('999999999999999999'), 'AMOUNT_OUT_OF_RANGE');
    await refused(of1('1', 'XXQ'), 'CURRENCY_UNKNOWN');
    await refused(of1('1e3'), 'REQUEST_INVALID');
  });

  it('tells what the ledger refuses in the words of accounts', async () => {
    const ledger = bank().as(LedgerService, 'account');
    const target = await openAccount(bank(), { owners: [petr] });
    const ledgerAccountId = deriveId('lac', target.accountId);
    const limits = { requestId: aRequestId(), ledgerAccountId, floor: czk('0'), ceiling: czk('5') };
    await ledger.setLedgerAccountLimits(limits);
    await refused(of(bank(), jana).transferFunds(aTransfer(mine, target, '6')), 'CEILING_EXCEEDED');
    const freeze = { requestId: aRequestId(), ledgerAccountId, increaseFrozen: true };
    await ledger.setLedgerAccountFreeze(freeze);
    await refused(of(bank(), jana).transferFunds(aTransfer(mine, target, '1')), 'ACCOUNT_FROZEN');
  });

  it('carries amounts of any size and exponent unchanged', async () => {
    const currencies: [string, string, string][] = [
      ['prd_savings_czk', 'CZK', '90071992547409.93'],
      ['prd_savings_jpy', 'JPY', '9007199254740993'],
      ['prd_savings_kwd', 'KWD', '9007199254740.993'],
      ['prd_savings_usd', 'USD', '92233720368547758.07'],
    ];
    for (const [productId, currencyCode, amount] of currencies) {
      const [a, b] = [
        await openAccount(bank(), { owners: [jana], productId }),
        await openAccount(bank(), { owners: [petr], productId }),
      ];
      const paidIn = await deposit(bank(), a, amount);
      expect(paidIn.amount).to.include({ currencyCode, amount });
      const moved = await transfer(bank(), a, b, amount);
      expect(moved.amount).to.include({ currencyCode, amount });
      expect(await balanceOf(bank(), b)).to.equal(amount);
      const { transaction } = await of(bank(), petr).getTransaction({ transactionId: moved.transactionId });
      expect(transaction?.amount).to.include({ currencyCode, amount });
    }
    const full = await openAccount(bank(), { owners: [jana], productId: 'prd_savings_usd' });
    const request = { requestId: aRequestId(), creditorAccountId: full.accountId };
    const more = { ...request, amount: { currencyCode: 'USD', amount: '0.01' } };
    await refused(as(bank(), 'TELLER').depositCash(more), 'BALANCE_OUT_OF_RANGE');
  });

  it('goes by a disponent and by staff, but by no other role and no partner', async () => {
    const shared = await openAccount(bank(), { owners: [petr], disponents: [jana] });
    await deposit(bank(), shared, '10');
    expect((await of(bank(), jana).transferFunds(aTransfer(shared, mine, '1'))).transaction?.state).to.equal(
      TransactionState.POSTED,
    );
    expect((await transfer(bank(), shared, mine, '1')).state).to.equal(TransactionState.POSTED);
    await refused(as(bank(), 'AUDITOR').transferFunds(aTransfer(shared, mine, '1')), 'CALLER_NOT_ALLOWED');
  });

  it('has left every law of the ledger as it is', () => checkLaws(bank().database('ledger').superuserUrl));
});
