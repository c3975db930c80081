// Who may do what with an account that several hold.
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Code } from '#chassis/errors.ts';
import { refused } from '#chassis/testing/clients.ts';
import { type Counter, counter, disponent, listAt, MANAGER, money, objectAt, owner, textAt } from './counter.ts';
import type { Door, RpcName } from './doors.ts';
import { useJourney } from './journey.ts';

describe('A joint account', function aJointAccount() {
  this.timeout(60_000);
  const journey = useJourney();
  let door: Door;
  let at: Counter;
  const customers = { jana: '', petr: '', eva: '', karel: '' };
  let joint = '';
  let other = '';

  before(async () => {
    door = journey.door('gRPC-Web');
    at = counter(door);
    for (const name of ['jana', 'petr', 'eva', 'karel'] as const) customers[name] = await at.person(name, 'Novotna');
    const { jana, petr, eva, karel } = customers;
    joint = (await at.open('JOINT', 'prd_current_czk', [owner(jana), owner(petr), disponent(eva)])).accountId;
    other = (await at.open('INDIVIDUAL', 'prd_current_czk', [owner(karel)])).accountId;
    await at.deposit(joint, money('1000.00'));
  });

  const as = (name: keyof typeof customers, rpc: RpcName, request: JsonObject) =>
    door.call(`customer:${customers[name]}`, rpc, request);
  const change = (more: JsonObject = {}): JsonObject => ({ requestId: randomUUID(), accountId: joint, ...more });
  const freeze = () => change({ debits: true, reason: 'FREEZE_REASON_CUSTOMER_REQUEST' });

  it('is paid from by each owner and by the disponent, and by nobody else', async () => {
    for (const name of ['jana', 'petr', 'eva'] as const) {
      await at.transfer(`customer:${customers[name]}`, joint, other, money('10.00'));
    }
    const stranger = at.transfer(`customer:${customers.karel}`, joint, other, money('10.00'));
    expect(await refused(stranger, 'ACCOUNT_NOT_FOUND')).to.include({ code: Code.NOT_FOUND });
    expect(await at.booked(joint)).to.equal('970.00');
  });

  it('is seen by everybody who holds it', async () => {
    for (const name of ['jana', 'petr', 'eva'] as const) {
      await as(name, 'account.GetAccount', { accountId: joint });
      await as(name, 'account.GetAccountBalance', { accountId: joint });
      await as(name, 'account.GetStatement', { accountId: joint });
      const listed = await as(name, 'account.ListAccounts', {});
      expect(listAt(listed, 'accounts').map(({ accountId }) => accountId)).to.deep.equal([joint]);
      const orders = listAt(await as(name, 'transaction.ListTransactions', { accountId: joint }), 'transactions');
      expect(orders).to.have.length(4);
      const transactionId = textAt(orders[0] ?? {}, 'transactionId');
      await as(name, 'transaction.GetTransaction', { transactionId });
    }
  });

  it('is changed, frozen and closed by owners only', async () => {
    const forOwners: [RpcName, () => JsonObject][] = [
      ['account.UpdateAccount', () => change({ updateMask: 'displayName', displayName: 'Household' })],
      ['account.FreezeAccount', freeze],
      ['account.UnfreezeAccount', change],
      ['account.CloseAccount', change],
    ];
    for (const [rpc, request] of forOwners) {
      expect(await refused(as('eva', rpc, request()), 'OWNER_REQUIRED'), rpc).to.include({
        code: Code.PERMISSION_DENIED,
      });
      await refused(as('karel', rpc, request()), 'ACCOUNT_NOT_FOUND');
    }
    const { account } = await as(
      'petr',
      'account.UpdateAccount',
      change({ updateMask: 'displayName', displayName: 'Household' }),
    );
    expect(account).to.include({ displayName: 'Household' });
    await as('petr', 'account.FreezeAccount', freeze());
    await refused(at.transfer(`customer:${customers.eva}`, joint, other, money('1.00')), 'ACCOUNT_FROZEN');
    await as('jana', 'account.UnfreezeAccount', change());
    await refused(as('jana', 'account.CloseAccount', change()), 'BALANCE_NOT_ZERO');
  });

  it('is frozen by an owner only as far as an owner may', async () => {
    for (const more of [{ credits: true }, { reason: 'FREEZE_REASON_COURT_ORDER' }]) {
      await refused(as('jana', 'account.FreezeAccount', { ...freeze(), ...more }), 'FREEZE_NOT_ALLOWED');
    }
    const byCourt = { ...freeze(), reason: 'FREEZE_REASON_COURT_ORDER' };
    await door.call(MANAGER, 'account.FreezeAccount', byCourt);
    await refused(as('jana', 'account.FreezeAccount', freeze()), 'FREEZE_NOT_ALLOWED');
    await refused(as('jana', 'account.UnfreezeAccount', change()), 'FREEZE_NOT_ALLOWED');
    await refused(as('jana', 'account.CloseAccount', change()), 'ACCOUNT_FROZEN');
    await door.call(MANAGER, 'account.UnfreezeAccount', change());
  });

  it('is not for a customer to open with others', async () => {
    const holders = [owner(customers.jana), owner(customers.petr)];
    const request = { requestId: randomUUID(), type: 'ACCOUNT_TYPE_JOINT', productId: 'prd_current_czk', holders };
    await refused(as('jana', 'account.OpenAccount', request), 'CUSTOMER_NOT_FOUND');
    const alone = {
      ...request,
      requestId: randomUUID(),
      type: 'ACCOUNT_TYPE_INDIVIDUAL',
      holders: [owner(customers.jana)],
    };
    expect(objectAt(await as('jana', 'account.OpenAccount', alone), 'account')).to.include({
      state: 'ACCOUNT_STATE_ACTIVE',
    });
    const history = { ...alone, requestId: randomUUID(), migrating: true };
    await refused(as('jana', 'account.OpenAccount', history), 'MIGRATION_NOT_ALLOWED');
  });

  it('must have holders that fit', async () => {
    const { jana, petr, eva } = customers;
    const bakery = await at.organisation('Pekarna s.r.o.');
    const unfit: [Parameters<Counter['open']>[0], Parameters<Counter['open']>[2]][] = [
      ['JOINT', [owner(jana)]],
      ['JOINT', [owner(jana), disponent(petr)]],
      ['JOINT', [owner(jana), owner(jana)]],
      ['JOINT', [owner(jana), owner(bakery)]],
      ['INDIVIDUAL', [owner(jana), owner(petr)]],
      ['INDIVIDUAL', [disponent(eva)]],
      ['INDIVIDUAL', [owner(bakery)]],
      ['BUSINESS', [owner(jana)]],
      ['BUSINESS', [owner(bakery), disponent(bakery)]],
    ];
    for (const [type, holders] of unfit) {
      await refused(at.open(type, 'prd_current_czk', holders), 'HOLDERS_INVALID');
    }
    await refused(
      at.open('INDIVIDUAL', 'prd_current_czk', [owner('cus_00000000000000000000000000')]),
      'CUSTOMER_NOT_FOUND',
    );
  });

  it('is opened for nobody who is no longer a customer; what they have stays theirs', async () => {
    const { customerId, accountId } = await at.personWithAccount('Marie');
    await at.deposit(accountId, money('50.00'));
    await door.call(MANAGER, 'customer.DeactivateCustomer', { requestId: randomUUID(), customerId });
    await refused(at.open('INDIVIDUAL', 'prd_current_czk', [owner(customerId)]), 'CUSTOMER_DEACTIVATED');
    await refused(
      at.open('JOINT', 'prd_current_czk', [owner(customers.jana), owner(customerId)]),
      'CUSTOMER_DEACTIVATED',
    );
    await refused(
      at.open('INDIVIDUAL', 'prd_current_czk', [owner(customers.jana), disponent(customerId)]),
      'CUSTOMER_DEACTIVATED',
    );
    const subject = `customer:${customerId}`;
    const alone = {
      requestId: randomUUID(),
      type: 'ACCOUNT_TYPE_INDIVIDUAL',
      productId: 'prd_savings_czk',
      holders: [owner(customerId)],
    };
    await refused(door.call(subject, 'account.OpenAccount', alone), 'CUSTOMER_DEACTIVATED');
    await at.transfer(subject, accountId, other, money('50.00'));
    await door.call(subject, 'account.CloseAccount', { requestId: randomUUID(), accountId });
  });
});
