import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { AccountType, Operation } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { MandateAction, MandateState, SignatoryRole } from '#gen/bank/account/v1/mandate_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerOrganisation,
  registerPerson,
} from '../../_testbed/opening.ts';
import { approvedAccounts, giveMandate, rule, signer, twoOfThree } from '../testing-mandates.ts';

describe('SetMandate', () => {
  const bank = useBank(ACCOUNT_BANK);
  let [a, b, c, payee] = ['', '', '', ''];
  let accountId = '';
  before('people', async () => {
    [a = '', b = '', c = '', payee = ''] = await Promise.all([1, 2, 3, 4].map(() => registerPerson(bank())));
  });
  beforeEach('an account of two', async () => {
    ({ accountId } = await openAccount(bank(), { type: AccountType.JOINT, owners: [a, b] }));
  });
  const given = (more = {}) =>
    giveMandate(
      bank(),
      accountId,
      [a, b, c].map((id) => signer(id)),
      twoOfThree([a, b, c]),
      more,
    );
  const asked = (more: object) => ({
    requestId: aRequestId('mandate'),
    accountId,
    signatories: [signer(a), signer(b)],
    rules: [rule('PAY', [[2]])],
    ...more,
  });
  /** What account says of an order of somebody: allowed, or why not. */
  async function ordered(who: string, amount: string): Promise<string> {
    const { accountId: creditorAccountId } = await openAccount(bank(), { owners: [payee] });
    const order = {
      actor: customer(who),
      operation: Operation.TRANSFER,
      debtorAccountId: accountId,
      creditor: { case: 'creditorAccountId' as const, value: creditorAccountId },
      amount: { currencyCode: 'CZK', amount },
    };
    const { decisions } = await bank()
      .as(AccountService, 'transaction')
      .authorizeOrders({ orders: [order] });
    const result = decisions[0]?.result;
    if (result?.case === 'refusal') return result.value.detail?.reason ?? '';
    return result?.value?.signaturesRequired ? 'SIGNATURES_REQUIRED' : 'ALLOWED';
  }

  it('says who has to sign for what, and keeps what it said before', async () => {
    const first = await given();
    expect(first).to.deep.include({ version: 1, state: MandateState.GIVEN, accountId, validUntil: '' });
    expect(first.signatories.map(({ customerId }) => customerId)).to.deep.equal([a, b, c]);
    expect(first.rules.map(({ action, amountOver }) => [action, amountOver?.amount])).to.deep.equal([
      [MandateAction.PAY, undefined],
      [MandateAction.PAY, '5000.00'],
      [MandateAction.CHANGE, undefined],
      [MandateAction.CLOSE, undefined],
    ]);
    expect(first.approverId).to.equal('stf_checker');
    const second = await giveMandate(bank(), accountId, [signer(a)], [rule('PAY', [[1, a]])]);
    const client = accountsAs(bank(), 'TELLER');
    expect((await client.getMandate({ accountId })).mandate).to.deep.equal(second);
    expect((await client.getMandate({ accountId, version: 1 })).mandate).to.deep.equal(first);
    const events = await eventsOf(bank().database('account'), accountId);
    expect(events).to.deep.equal(['AccountOpened 1', 'MandateSet 2', 'MandateSet 3']);
    // A customer sees it without the names of staff.
    const seen = (await accountsOf(bank(), b).getMandate({ accountId })).mandate;
    expect(seen).to.deep.equal({ ...second, authorId: '', approverId: '' });
  });

  it('shows the account to those on it, and orders by them are judged by it', async () => {
    expect(await ordered(c, '1.00')).to.equal('ACCOUNT_NOT_FOUND');
    expect(await ordered(a, '1.00')).to.equal('ALLOWED');
    await refused(accountsOf(bank(), c).getAccount({ accountId }), 'ACCOUNT_NOT_FOUND');
    await giveMandate(
      bank(),
      accountId,
      [signer(a), signer(c), signer(b, { role: SignatoryRole.PREPARER })],
      [rule('PAY', [[1, c]]), rule('PAY', [[2]], '5000')],
    );
    expect((await accountsOf(bank(), c).getAccount({ accountId })).account?.accountId).to.equal(accountId);
    expect((await accountsOf(bank(), c).listAccounts({})).accounts.map((one) => one.accountId)).to.deep.equal([
      accountId,
    ]);
    expect(await ordered(c, '5000.00')).to.equal('ALLOWED');
    expect(await ordered(c, '5000.01')).to.equal('SIGNATURES_REQUIRED');
    expect(await ordered(a, '1.00')).to.equal('SIGNATURES_REQUIRED');
    expect(await ordered(b, '1.00')).to.equal('SIGNATURES_REQUIRED');
    expect(await ordered(payee, '1.00')).to.equal('ACCOUNT_NOT_FOUND');
  });

  it('holds changes and the end of the account to it, for customers', async () => {
    await given();
    const client = accountsOf(bank(), a);
    const rename = { requestId: aRequestId(), accountId, displayName: 'Ours' };
    const asked = await client.updateAccount(rename);
    expect(asked.account?.displayName).to.not.equal('Ours');
    expect(await client.updateAccount(rename)).to.deep.equal(asked);
    const ending = await client.closeAccount({ requestId: aRequestId(), accountId });
    const waiting = (await client.listSignatureRequests({ accountId })).signatureRequests;
    expect(waiting.map((one) => [one.signatureRequestId, one.rpc, one.missingCount])).to.deep.equal([
      [ending.signatureRequestId, 'CloseAccount', 2],
      [asked.signatureRequestId, 'UpdateAccount', 1],
    ]);
    expect((await accountsAs(bank(), 'TELLER').updateAccount(rename)).account?.displayName).to.equal('Ours');
  });

  it('is in force from its day on, and until its end', async () => {
    await given({ validFrom: '9998-01-01' });
    expect(await ordered(a, '1.00')).to.equal('ALLOWED');
    await refused(accountsAs(bank(), 'TELLER').getMandate({ accountId }), 'MANDATE_NOT_FOUND');
    for (const days of [{ validFrom: '2000-01-01' }, { validFrom: '9998-01-01', validUntil: '9998-01-01' }]) {
      await refused(approvedAccounts(bank()).setMandate(asked(days)), 'DATE_INVALID');
    }
  });

  it('refuses what makes no sense, and who is no person of the bank', async () => {
    const client = approvedAccounts(bank());
    const firm = await registerOrganisation(bank());
    for (const [more, reason] of [
      [{ rules: [rule('PAY', [[3]])] }, 'MANDATE_INVALID'],
      [{ rules: [rule('PAY', [[1, c]])] }, 'MANDATE_INVALID'],
      [{ signatories: [signer(a), signer(firm)] }, 'MANDATE_INVALID'],
      [{ signatories: [signer(a), signer('cus_none')] }, 'CUSTOMER_NOT_FOUND'],
      [{ rules: [{ ...rule('PAY', [[1]]), amountOver: { currencyCode: 'EUR', amount: '1' } }] }, 'CURRENCY_MISMATCH'],
      [{ accountId: 'acc_none' }, 'ACCOUNT_NOT_FOUND'],
      [{ etag: '7' }, 'ETAG_MISMATCH'],
    ] as const) {
      await refused(client.setMandate(asked(more)), reason);
    }
    expect((await client.setMandate({ ...asked({}), validateOnly: true })).mandate?.version).to.equal(1);
    await refused(client.getMandate({ accountId }), 'CALLER_NOT_ALLOWED');
    expect((await accountsAs(bank(), 'TELLER').listMandates({ accountId })).mandates).to.deep.equal([]);
    await refused(bank().asPrincipal(AccountService, staff('BACK_OFFICE')).setMandate(asked({})), 'CALLER_NOT_ALLOWED');
  });
});
