// What customers may do by what is verified of them: what customer, account, transaction and ledger do together.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { refused, staff } from '#chassis/testing/clients.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { type Account, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { EvidenceState } from '#gen/bank/customer/v1/kyc_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { requireVerification, tierOf, verified } from '../../customer/testing-kyc.ts';
import { aHold, as, aTransfer, balanceOf, deposit, transfer } from '../../transaction/testing.ts';
import { type Bank, startBank } from '../bank.ts';
import { endDay } from '../days.ts';
import { anOpening, aRequestId, openAccount, registerPerson } from '../opening.ts';

const PATIENCE_MS = 120_000;

describe('What a customer may do', function tiers() {
  this.timeout(300_000);
  let bus: TestBus;
  let bank: Bank;
  let rich: Account;
  let account: Account;
  let customerId = '';
  const customers = {
    asPrincipal: (actor: Parameters<Bank['asPrincipal']>[1], options?: { workload: 'security-executor' }) =>
      bank.asPrincipal(CustomerService, actor, options),
  };
  const office = () => bank.asPrincipal(AccountService, staff('BACK_OFFICE'));

  /** Asks again until what customer has told has come to account. */
  async function until(what: string, isSo: () => Promise<boolean>) {
    for (const end = Date.now() + PATIENCE_MS; !(await isSo()); await sleep(50))
      expect(Date.now(), `${what} in time`).to.be.lessThan(end);
  }

  const reasonOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'done',
      (error: unknown) => {
        if (error instanceof Refusal) return error.reason;
        throw error;
      },
    );
  const cash = (amount: string) => ({
    requestId: aRequestId(),
    debtorAccountId: account.accountId,
    amount: { currencyCode: 'CZK', amount },
  });
  /** What is used up of the day, in minor units. */
  const used = async () => {
    const rows = await bank.database('transaction').query<{ amount: string }>('select amount::text from limit_usage');
    return rows[0]?.amount;
  };
  const tryTransfer = (amount: string) =>
    reasonOf(as(bank, 'TELLER').transferFunds({ ...aTransfer(account, rich, amount), validateOnly: true }));

  /** By the tiers that a bank begins with, of which account has heard as well. */
  async function endsExemption() {
    const one = await registerPerson(bank);
    const poor = await openAccount(bank, { owners: [one] });
    await customers.asPrincipal(staff('COMPLIANCE')).endKycExemption({ requestId: aRequestId(), customerId: one });
    const pay = () =>
      reasonOf(as(bank, 'TELLER').transferFunds({ ...aTransfer(poor, rich, '5000.01'), validateOnly: true }));
    await until('the end of an exemption', async () => (await pay()) === 'TIER_LIMIT_EXCEEDED');
  }

  before(async function startsThem() {
    // The launcher of the tests found no server for events, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    const services = ['ledger', 'customer', 'account', 'transaction'] as const;
    bank = await startBank({ edge: false, services: [...services], environment: { NATS_URL: bus.url } });
    rich = await openAccount(bank);
    await deposit(bank, rich, '10000.00');
    await endsExemption();
    await requireVerification(customers);
    customerId = await registerPerson(bank);
    // What tiers allow has to come to account first.
    await until('the tiers', async () => {
      const opening = anOpening({ owners: [customerId] });
      const reason = await reasonOf(office().openAccount({ ...opening, validateOnly: true }));
      return reason === 'done';
    });
    account = await openAccount(bank, { owners: [customerId] });
  });
  after(async () => {
    await bank?.stop();
    await bus?.stop();
  });

  it('is to open what their tier has accounts of', async () => {
    const productId = `prd_savings_${process.pid}`;
    await office().createProduct({
      requestId: aRequestId(),
      productId,
      type: ProductType.SAVINGS,
      currencyCode: 'CZK',
      displayName: 'Savings',
      terms: {},
    });
    await refused(office().openAccount(anOpening({ owners: [customerId], productId })), 'TIER_PRODUCT_NOT_ALLOWED');
    await office().openAccount(anOpening({ owners: [rich.holders[0]?.customerId ?? ''], productId }));
  });

  it('is to have so much on an account, to the cent, whoever pays it in', async () => {
    await deposit(bank, account, '600.00');
    await transfer(bank, rich, account, '400.00');
    await refused(as(bank, 'TELLER').transferFunds(aTransfer(rich, account, '0.01')), 'CEILING_EXCEEDED');
    expect(await balanceOf(bank, account)).to.equal('1000.00');
  });

  it('is to pay so much at once and on a day, and what was refused does not count', async () => {
    const pay = (amount: string) => as(bank, 'TELLER').transferFunds(aTransfer(account, rich, amount));
    await refused(pay('100.01'), 'TIER_LIMIT_EXCEEDED');
    await pay('100.00');
    // What the ledger refuses is given back.
    const poor = await openAccount(bank, { owners: [customerId] });
    await refused(as(bank, 'TELLER').transferFunds(aTransfer(poor, rich, '100.00')), 'INSUFFICIENT_FUNDS');
    await until('given back', async () => (await used()) === '10000');
    await Promise.all([pay('50.00'), as(bank, 'TELLER').placeHold(aHold(account, rich, '50.00'))]);
    // Fifty are left of the day, for one of many at the same time.
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => reasonOf(pay('30.00'))));
    expect(outcomes.toSorted()).to.deep.equal([...Array.from({ length: 9 }, () => 'TIER_DAY_LIMIT_EXCEEDED'), 'done']);
    await refused(as(bank, 'TELLER').withdrawCash(cash('20.01')), 'TIER_DAY_LIMIT_EXCEEDED');
    await as(bank, 'TELLER').withdrawCash(cash('20.00'));
    expect(await used()).to.equal('25000');
  });

  it('is more once more is verified, and less again when that has expired at the end of a day', async () => {
    await endDay(bank);
    expect(await tryTransfer('100.00'), 'on the next day').to.equal('done');
    const { openDate } = await bank.asPrincipal(LedgerService, staff('BACK_OFFICE')).getBusinessDate({});
    await verified(customers, customerId, { documentExpireDate: openDate });
    await until('raised', async () => (await tryTransfer('250.01')) === 'done');
    await endDay(bank);
    expect(await tierOf(customers, customerId)).to.equal('entry');
    await until('lowered', async () => (await tryTransfer('100.01')) === 'TIER_LIMIT_EXCEEDED');
    const { evidence } = await customers.asPrincipal(staff('COMPLIANCE')).listEvidence({ customerId });
    expect(evidence.map(({ state }) => state)).to.deep.equal([EvidenceState.EXPIRED]);
  });
});
