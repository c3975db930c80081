// A party is erased by destroying their key: from then on nothing about them can be opened by whoever has not their key in
// memory yet, and everything that names them goes on as before. And what becomes of commands while there are no keys.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DescService } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { asPrincipal, staff } from '#chassis/testing/clients.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { customer } from '../../customer/service.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';
import { counter, money, textAt, withApproval } from './counter.ts';
import { useJourney } from './journey.ts';

describe('Erasing a party', function erasing() {
  this.timeout(120_000);
  const journey = useJourney({ bus: true });
  const started: { stop(): Promise<unknown> }[] = [];
  let customerId: string;
  let accountId: string;
  let transactionId: string;

  /** A process of a service beside the one that runs, with nobody's key in its memory, as staff see it. */
  async function fresh<S extends DescService>(service: S, name: 'customer' | 'account' | 'transaction') {
    const { environment, issuer, identity } = journey.bank();
    const port = await randomFreePort();
    const running: ServiceProcess = await startServiceProcess(name, {
      ...environment,
      [`${name.toUpperCase()}_PORT`]: String(port),
    });
    const address = `127.0.0.1:${port}`;
    const client = asPrincipal({ service, audience: name, address, issuer, identity }, staff('BACK_OFFICE', 'TELLER'));
    started.push({
      stop: async () => {
        client.close();
        await running.kill('SIGTERM');
      },
    });
    return client;
  }

  /** The customer service hears of it: not even a hash of a name or of a number is left, and the number is free. */
  async function untilForgotten(): Promise<void> {
    const customers = journey.bank().database('customer');
    const hashes = async () => {
      const [row] = await customers.query<{ left: number }>(
        `select (select count(*) from customer_search where customer_id = $1)::int
           + (select count(*) from held_identifier where customer_id = $1)::int as left`,
        [customerId],
      );
      const [{ state } = { state: '' }] = await customers.query<{ state: string }>(
        'select state from customer where id = $1',
        [customerId],
      );
      return { left: row?.left, state };
    };
    const end = Date.now() + 20_000;
    while ((await hashes()).state === 'active' && Date.now() < end) await sleep(50);
    expect(await hashes()).to.deep.equal({ left: 0, state: 'deactivated' });
    expect((await eventsOf(customers, customerId)).at(-1)).to.match(/^CustomerDeactivated/);
  }

  before('lets somebody use the bank, and erases them', async () => {
    const door = journey.door('gRPC');
    const at = counter(door);
    ({ customerId, accountId } = await at.personWithAccount('Jana'));
    await at.deposit(accountId, money('100.00'));
    const { accountId: creditorAccountId } = await at.personWithAccount('Petr');
    const request = { debtorAccountId: accountId, creditorAccountId, amount: money('10.00') };
    const paid = await door.call(`customer:${customerId}`, 'transaction.TransferFunds', {
      requestId: randomUUID(),
      ...request,
      remittanceInformation: 'for Petr',
    });
    transactionId = textAt(paid, 'transaction', 'transactionId');
    const officers = { maker: 'staff:compliance', checker: 'staff:compliance,auditor' };
    await withApproval(door, officers, 'security.DestroyDataKey', { partyId: customerId });
  });
  after(async () => {
    for (const one of started.toReversed()) await one.stop();
  });

  it('leaves an id, a state and a branch of the customer', async () => {
    const customers = await fresh(CustomerService, 'customer');
    const { customer: left } = await customers.getCustomer({ customerId });
    expect(left?.customerId).to.equal(customerId);
    expect(left?.party.case).to.equal(undefined);
    const { versions } = await customers.listCustomerVersions({ customerId });
    expect(versions.length).to.be.at.least(1);
    expect(versions.filter(({ customer: was }) => was?.party.case !== undefined)).to.deep.equal([]);
    const { customers: listed } = await customers.listCustomers({});
    expect(listed.map((one) => one.customerId)).to.include(customerId);
    if (journey.busUrl()) await untilForgotten();
    const update = { requestId: randomUUID(), customerId, residenceCountryCode: 'SK', updateMask: undefined };
    await refused(customers.updateCustomer(update), 'CUSTOMER_DEACTIVATED');
  });

  it('leaves the account and its money, without its number and name', async () => {
    const accounts = await fresh(AccountService, 'account');
    const { account } = await accounts.getAccount({ accountId });
    expect(account).to.include({ accountId, iban: '', displayName: '' });
    const { booked } = await accounts.getAccountBalance({ accountId });
    expect(booked?.amount).to.equal('90.00');
  });

  it('leaves the transaction, without its text, and lets the account be used', async () => {
    const transactions = await fresh(TransactionService, 'transaction');
    const { transaction } = await transactions.getTransaction({ transactionId });
    expect(transaction).to.include({ transactionId, remittanceInformation: '' });
    const order = {
      requestId: randomUUID(),
      creditorAccountId: accountId,
      amount: money('1.00'),
      remittanceInformation: 'into the dark',
    };
    const { transaction: deposit } = await transactions.depositCash(order);
    expect(deposit?.remittanceInformation).to.equal('');
    // A repeat is answered, with what is left to tell.
    await transactions.depositCash(order);
  });
});

describe('A command without the keys', () => {
  const bank = useService(customer, { environment: { DATA_KEYS: 'security', SECURITY_ADDRESS: '127.0.0.1:9' } });

  it('is refused, has done nothing, and can be repeated', async () => {
    const order = {
      requestId: randomUUID(),
      party: {
        case: 'person' as const,
        value: { givenName: 'Jana', familyName: 'Novotna', birthDate: '1990-05-17' },
      },
      residenceCountryCode: 'CZ',
    };
    const teller = bank.asPrincipal(staff('TELLER'));
    for (let turn = 0; turn < 3; turn += 1) {
      const refusal = await refused(teller.registerCustomer(order), 'DATA_KEYS_UNAVAILABLE');
      expect(refusal.code).to.equal(14);
    }
    for (const table of ['command', 'customer', 'customer_search']) {
      expect(await bank.database.query(`select from ${table}`), table).to.have.length(0);
    }
    // Of its tiers the bank tells by itself.
    const told = await bank.database.query<{ type: string }>('select type from outbox');
    expect(told.filter(({ type }) => !type.endsWith('.KycTierSetPublished'))).to.deep.equal([]);
  });
});
