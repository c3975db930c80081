import { expect } from 'chai';
import { asPrincipal, refused, staff } from '#chassis/testing/clients.ts';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { AccountState, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { DayCount, InterestKind, InterestPeriod, Rounding } from '#gen/bank/account/v1/interest_pb.ts';
import { SignatureRequestState } from '#gen/bank/account/v1/signature_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  placeHold,
  registerPerson,
} from '../../_testbed/opening.ts';
import { anOverdraftProduct, aProduct, daysOf } from '../testing-days.ts';
import { aDeposit } from '../testing-deposits.ts';
import { approvedAccounts, giveMandate, rule, signer } from '../testing-mandates.ts';

describe('CloseAccount', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const closing = (accountId: string) => ({ requestId: aRequestId('close'), accountId });

  it('closes an account at zero, for good', async () => {
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner] });
    const { accountId } = account;
    const client = accountsOf(bank(), owner);
    const { account: closed } = await client.closeAccount(closing(accountId));
    expect(closed?.state).to.equal(AccountState.CLOSED);
    expect(closed?.closeDate).to.equal(account.openDate);
    expect((await client.getAccount({ accountId })).account).to.deep.equal(closed);
    expect(await payIn(bank(), account, '1.00').catch(String)).to.match(/LEDGER_ACCOUNT_CLOSED/);
    await refused(client.closeAccount(closing(accountId)), 'ACCOUNT_CLOSED');
    expect(await eventsOf(bank().database('account'), accountId)).to.deep.equal(['AccountOpened 1', 'AccountClosed 2']);
  });

  it('leaves one with money, or with a debt, as it was; and closes it once that is settled', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    const client = accountsAs(bank(), 'TELLER');
    await payIn(bank(), account, '0.01');
    const first = closing(accountId);
    const refusal = await refused(client.closeAccount(first), 'BALANCE_NOT_ZERO');
    expect(refusal.metadata['booked']).to.equal('0.01');
    expect((await client.getAccount({ accountId })).account).to.deep.equal(account);
    await payIn(bank(), account, '-0.01');
    // The refused command stays refused; another one is another try, for the ledger too.
    await refused(client.closeAccount(first), 'BALANCE_NOT_ZERO');
    const [record] = await recordsOf(bank().database('account'), first.requestId);
    expect(record).to.deep.include({ accepted: false, reason: 'BALANCE_NOT_ZERO', resourceIds: [accountId] });
    expect((await client.closeAccount(closing(accountId))).account?.etag).to.equal('2');
  });

  it('refuses one on which something is authorised and not booked yet', async () => {
    const [payer, payee] = [await openAccount(bank()), await openAccount(bank())];
    await payIn(bank(), payer, '3.00');
    await placeHold(bank(), payer, payee, '3.00');
    await refused(accountsAs(bank(), 'TELLER').closeAccount(closing(payee.accountId)), 'HOLD_OPEN');
  });

  it('refuses one that is frozen, migrating, unknown, or held by others', async () => {
    const [owner, disponent] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [owner], disponents: [disponent] });
    const client = accountsOf(bank(), owner);
    const freeze = { debits: true, reason: FreezeReason.CUSTOMER_REQUEST };
    await client.freezeAccount({ requestId: aRequestId(), accountId, ...freeze });
    await refused(client.closeAccount(closing(accountId)), 'ACCOUNT_FROZEN');
    await refused(accountsOf(bank(), disponent).closeAccount(closing(accountId)), 'OWNER_REQUIRED');
    const foreign = await openAccount(bank(), { migrating: true });
    await refused(client.closeAccount(closing(foreign.accountId)), 'ACCOUNT_NOT_FOUND');
    const teller = accountsAs(bank(), 'TELLER');
    await refused(teller.closeAccount(closing(foreign.accountId)), 'ACCOUNT_NOT_ACTIVE');
    await refused(teller.closeAccount(closing('acc_unknown')), 'ACCOUNT_NOT_FOUND');
  });

  it('sweeps its balance to the account that is named, and tells what it paid', async () => {
    const owner = await registerPerson(bank());
    const [account, other] = await Promise.all([
      openAccount(bank(), { owners: [owner] }),
      openAccount(bank(), { owners: [owner] }),
    ]);
    await payIn(bank(), account, '12.34');
    const client = accountsOf(bank(), owner);
    const request = { ...closing(account.accountId), sweepAccountId: other.accountId };
    const asked = await client.closeAccount({ ...request, validateOnly: true });
    expect(asked.payout?.swept?.amount).to.equal('12.34');
    const closed = await client.closeAccount(request);
    expect(closed.account?.state).to.equal(AccountState.CLOSED);
    expect(closed.payout).to.deep.include({ sweepAccountId: other.accountId });
    expect(await client.closeAccount(request)).to.deep.equal(closed);
    const { booked } = await client.getAccountBalance({ accountId: other.accountId });
    expect(booked?.amount).to.equal('12.34');
  });

  it('pays out the interest it has earned, less the tax, before it sweeps', async function slow() {
    this.timeout(60_000);
    const { balance, balanceOf, endDay, pay } = daysOf(bank());
    const yearly = { posting: InterestPeriod.ANNUALLY, compounding: InterestPeriod.ANNUALLY };
    const productId = await aProduct(accountsAs(bank(), 'BACK_OFFICE'), yearly);
    const [account, other] = [await openAccount(bank(), { productId }), await openAccount(bank(), { productId })];
    await pay(account, '10000.00');
    await endDay();
    const client = accountsAs(bank(), 'TELLER');
    const without = await refused(client.closeAccount(closing(account.accountId)), 'SWEEP_ACCOUNT_REQUIRED');
    expect(without.metadata['interest']).to.equal('8.50');
    const request = { ...closing(account.accountId), sweepAccountId: other.accountId };
    const { payout: asked } = await client.closeAccount({ ...request, validateOnly: true });
    const { payout } = await client.closeAccount(request);
    expect(asked).to.deep.equal(payout);
    const { interest, withholdingTax, swept } = payout ?? {};
    expect([interest, withholdingTax, swept].map((one) => one?.amount)).to.deep.equal(['10.00', '1.50', '10008.50']);
    expect([await balanceOf(account), await balanceOf(other)]).to.deep.equal(['0.00', '10008.50']);
    expect(await balance('lac_accrued_interest_eur')).to.equal('0.00');
    const explained = await client.explainInterest({ accountId: account.accountId });
    expect(explained.explanation?.recordedOutstanding).to.equal(explained.explanation?.outstanding);
    await endDay();
    await checkLaws(bank().database('ledger').superuserUrl);
  });

  it('books nothing of the end of an account that is below zero, and ends it once that is settled', async function slow() {
    this.timeout(60_000);
    const { balanceOf, endDay, pay } = daysOf(bank());
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const posting = { posting: InterestPeriod.ANNUALLY, postingRounding: Rounding.HALF_EVEN };
    const costs = { dayCount: DayCount.ACT_365F, arrangedTiers: [{ ratePercent: '36.5' }], ...posting };
    const productId = await anOverdraftProduct(client, { overdraftInterest: costs });
    const account = await openAccount(bank(), { productId });
    const { accountId } = account;
    const overdraftLimit = { currencyCode: 'EUR', amount: '500.00' };
    await approvedAccounts(bank()).setOverdraftLimit({ requestId: aRequestId(), accountId, overdraftLimit });
    await pay(account, '-100.00');
    await endDay();
    await refused(client.closeAccount({ ...closing(accountId), validateOnly: true }), 'BALANCE_NOT_ZERO');
    await refused(client.closeAccount(closing(accountId)), 'BALANCE_NOT_ZERO');
    expect(await balanceOf(account)).to.equal('-100.00');
    const { explanation } = await client.explainInterest({ accountId, kind: InterestKind.OVERDRAFT });
    expect(explanation?.recordedOutstanding).to.equal('0.1000000000');
    await pay(account, '100.10');
    const { payout } = await client.closeAccount(closing(accountId));
    expect(payout?.overdraftInterest?.amount).to.equal('0.10');
  });

  it('sweeps a customer nowhere but to an account of an owner, and nobody to what cannot take it', async () => {
    const owner = await registerPerson(bank());
    const [account, foreign] = [await openAccount(bank(), { owners: [owner] }), await openAccount(bank())];
    await payIn(bank(), account, '1.00');
    const to = (sweepAccountId: string) => ({ ...closing(account.accountId), sweepAccountId });
    const client = accountsOf(bank(), owner);
    await refused(client.closeAccount(to(foreign.accountId)), 'CREDITOR_NOT_FOUND');
    await refused(client.closeAccount(to('acc_unknown')), 'CREDITOR_NOT_FOUND');
    await refused(client.closeAccount(to(account.accountId)), 'SAME_ACCOUNT');
    const teller = accountsAs(bank(), 'TELLER');
    const inEuro = await openAccount(bank(), { productId: 'prd_current_eur' });
    await refused(teller.closeAccount(to(inEuro.accountId)), 'CURRENCY_MISMATCH');
    await refused(teller.closeAccount(to('acc_unknown')), 'CREDITOR_NOT_FOUND');
    await placeHold(bank(), account, foreign, '0.50');
    await refused(teller.closeAccount(to(foreign.accountId)), 'HOLD_OPEN');
  });

  it('ends what waits for signatures on it, and says why', async () => {
    const [one, other] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [one] });
    await giveMandate(bank(), accountId, [signer(one), signer(other)], [rule('CHANGE', [[2, one, other]])]);
    const client = accountsOf(bank(), one);
    const frozen = { requestId: aRequestId(), accountId, debits: true, reason: FreezeReason.CUSTOMER_REQUEST };
    await client.freezeAccount(frozen);
    const { signatureRequestId } = await client.unfreezeAccount({ requestId: aRequestId(), accountId });
    const teller = accountsAs(bank(), 'BACK_OFFICE');
    await teller.unfreezeAccount({ requestId: aRequestId(), accountId });
    await teller.closeAccount(closing(accountId));
    const { signatureRequest } = await client.getSignatureRequest({ signatureRequestId });
    expect(signatureRequest).to.deep.include({
      state: SignatureRequestState.CANCELLED,
      refusalReason: 'ACCOUNT_CLOSED',
    });
  });

  it('only tells what would happen when it is only asked', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    const client = accountsAs(bank(), 'TELLER');
    const asked = await client.closeAccount({ ...closing(accountId), validateOnly: true });
    expect(asked.account?.state).to.equal(AccountState.CLOSED);
    await payIn(bank(), account, '3.00');
    await refused(client.closeAccount({ ...closing(accountId), validateOnly: true }), 'BALANCE_NOT_ZERO');
  });

  it('moves nothing from or to who is restricted, nor into a deposit that takes in no more', async () => {
    const [owner, other] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const productId = 'prd_current_eur';
    const account = await openAccount(bank(), { owners: [owner], productId });
    const foreign = await openAccount(bank(), { owners: [other], productId });
    const { deposit } = await aDeposit(bank(), owner);
    const superuser = await bank().database('account').open('superuser');
    const teller = accountsAs(bank(), 'TELLER');
    const sweep = (from: { accountId: string }, to: { accountId: string }) =>
      teller.closeAccount({ ...closing(from.accountId), sweepAccountId: to.accountId });
    await superuser.query('update account set open_date = open_date - 1 where id = $1', [deposit.accountId]);
    await refused(sweep(account, deposit), 'TERM_DEPOSIT_PAID_IN');
    await superuser.query('insert into customer_standing values ($1, true, 1)', [other]);
    await refused(sweep(account, foreign), 'ACCOUNT_RESTRICTED');
    await refused(sweep(foreign, account), 'ACCOUNT_RESTRICTED');
    await superuser.query('update customer_standing set restricted = false where customer_id = $1', [other]);
    await superuser.end();
    expect((await sweep(foreign, account)).account?.state).to.equal(AccountState.CLOSED);
  });

  it('waits for interest that the end of a day is about to post', async () => {
    const { accountId } = await openAccount(bank(), { productId: await aProduct(accountsAs(bank(), 'BACK_OFFICE')) });
    await daysOf(bank()).endDay();
    const superuser = await bank().database('account').open('superuser');
    await superuser.query(
      `insert into interest_posting (journal_id, account_id, date, currency, outstanding, gross, tax, end_of_day, state)
        values ('jnl_about', $1, '2026-01-01', 'EUR', 1, 1, 0, false, 'planned')`,
      [accountId],
    );
    const callable = {
      service: AccountService,
      audience: 'account' as const,
      address: bank().address('account'),
      issuer: bank().issuer,
      identity: bank().identity,
    };
    const hasty = asPrincipal(callable, staff('TELLER'), { deadlineMs: 1_500 });
    await refused(hasty.closeAccount(closing(accountId)), 'ACCOUNT_BUSY');
    hasty.close();
    await superuser.query(`delete from interest_posting where journal_id = 'jnl_about'`);
    await superuser.end();
    const teller = accountsAs(bank(), 'TELLER');
    expect((await teller.closeAccount(closing(accountId))).account?.state).to.equal(AccountState.CLOSED);
  });
});
