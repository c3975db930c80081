// A customer who is like somebody on a sanctions list: what customer and account do together.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/clients.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { SanctionsFileKind, SanctionsHitState, SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { UN_XML, uploaded } from '../../customer/testing-sanctions.ts';
import { type Bank, startBank } from '../bank.ts';
import { ACCOUNT_BANK, anOpening, aRequestId, openAccount, registerPerson } from '../opening.ts';

const PATIENCE_MS = 60_000;

describe('A customer who is like somebody on a sanctions list', function restricted() {
  this.timeout(120_000);
  let bus: TestBus;
  let bank: Bank;

  before(async function startsThem() {
    // The launcher of the tests found no server for events, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    bank = await startBank({ ...ACCOUNT_BANK, environment: { NATS_URL: bus.url } });
  });
  after(async () => {
    await bank?.stop();
    await bus?.stop();
  });

  it('pays nothing, is paid nothing and opens nothing, until two have said that it is somebody else', async () => {
    const officer = bank.asPrincipal(CustomerService, staff('COMPLIANCE'));
    const other = await registerPerson(bank);
    const { customer: listed } = await bank.asPrincipal(CustomerService, staff('TELLER')).registerCustomer({
      requestId: aRequestId(),
      party: { case: 'person', value: { givenName: 'Abd al-Rahman', familyName: 'Yasinov', birthDate: '1971-05-05' } },
      residenceCountryCode: 'CZ',
    });
    const customerId = listed?.customerId ?? '';
    const [mine, his] = await Promise.all([
      openAccount(bank, { owners: [customerId] }),
      openAccount(bank, { owners: [other], disponents: [customerId] }),
    ]);
    const authorize = async (actorId: string, from: string, to: string) => {
      const order = {
        actor: customer(actorId),
        operation: Operation.TRANSFER,
        debtorAccountId: from,
        creditor: { case: 'creditorAccountId' as const, value: to },
        amount: { currencyCode: 'CZK', amount: '10' },
      };
      const { decisions } = await bank.as(AccountService, 'transaction').authorizeOrders({ orders: [order] });
      const result = decisions[0]?.result;
      return result?.case === 'refusal' ? (result.value.detail?.reason ?? '') : 'allowed';
    };
    const [a, b] = [mine.accountId, his.accountId];
    const until = async (outcome: string) => {
      for (const end = Date.now() + PATIENCE_MS; (await authorize(customerId, a, b)) !== outcome; await sleep(50))
        expect(Date.now(), `${outcome} in time`).to.be.lessThan(end);
    };
    await until('allowed');

    const files = await uploaded(
      officer,
      [[SanctionsFileKind.UN_XML, UN_XML.replace('YASINOV &amp; SON', 'YASINOV')]],
      1e6,
    );
    await officer.importSanctionsList({ requestId: aRequestId(), list: SanctionsList.UN_CONSOLIDATED, files });
    await until('ACCOUNT_RESTRICTED');
    expect(await authorize(other, b, a), 'to an account of theirs').to.equal('ACCOUNT_RESTRICTED');
    expect(await authorize(customerId, b, a), 'from an account of another’s').to.equal('ACCOUNT_RESTRICTED');
    const accounts = bank.asPrincipal(AccountService, staff('BACK_OFFICE'));
    const opening = { owners: [other], disponents: [customerId] };
    await refused(accounts.openAccount(anOpening(opening)), 'CUSTOMER_RESTRICTED');

    const [hit] = (await officer.listSanctionsHits({ customerId, state: SanctionsHitState.OPEN })).hits;
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
    await bank
      .asPrincipal(CustomerService, approved, { workload: 'security-executor' })
      .clearSanctionsHit({ requestId: aRequestId(), customerId, hitId: hit?.hitId ?? '', reason: 'Another passport' });
    await until('allowed');
    await accounts.openAccount(anOpening(opening));
  });
});
