// Two branches of one bank: each serves its own customers, money goes from one to the other, and head office sees both.
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { BACK_OFFICE, counter, listAt, MANAGER, money, owner, TELLER, textAt } from './counter.ts';
import type { Door, RpcName } from './doors.ts';
import { useJourney } from './journey.ts';

const [PRAHA, BRNO] = ['brn_praha', 'brn_brno'];

describe('Two branches', function twoBranches() {
  this.timeout(60_000);
  const journey = useJourney();
  let door: Door;
  let jana: { customerId: string; accountId: string };
  let petr: { customerId: string; accountId: string };
  let transactionId = '';

  const ask = (subject: string, rpc: RpcName, request: JsonObject = {}) =>
    door.call(subject, rpc, { requestId: randomUUID(), ...request });
  const read = (subject: string, rpc: RpcName, request: JsonObject = {}) => door.call(subject, rpc, request);
  const teller = (branch: string) => `${TELLER}@${branch}`;

  before(async () => {
    door = journey.door('gRPC');
    jana = await serve(PRAHA, 'Jana');
    petr = await serve(BRNO, 'Petr');
  });

  /** A teller registers somebody at their branch, opens an account for them, and takes their money. */
  async function serve(branch: string, givenName: string) {
    const person = { givenName, familyName: 'Novotna', birthDate: '1990-05-17' };
    const registered = await ask(teller(branch), 'customer.RegisterCustomer', { person, residenceCountryCode: 'CZ' });
    expect(textAt(registered, 'customer', 'branchId')).to.equal(branch);
    const customerId = textAt(registered, 'customer', 'customerId');
    const opening = { type: 'ACCOUNT_TYPE_INDIVIDUAL', productId: 'prd_current_czk', holders: [owner(customerId)] };
    const opened = await ask(teller(branch), 'account.OpenAccount', opening);
    expect(textAt(opened, 'account', 'branchId')).to.equal(branch);
    const accountId = textAt(opened, 'account', 'accountId');
    await ask(teller(branch), 'transaction.DepositCash', { creditorAccountId: accountId, amount: money('100.00') });
    return { customerId, accountId };
  }

  it('see their own customers and accounts, and list no others', async () => {
    for (const [branch, own] of [
      [PRAHA, jana],
      [BRNO, petr],
    ] as const) {
      const { customerId, accountId } = own;
      const customers = listAt(await read(teller(branch), 'customer.ListCustomers'), 'customers');
      expect(customers.map((one) => one['customerId'])).to.deep.equal([customerId]);
      const accounts = listAt(await read(teller(branch), 'account.ListAccounts'), 'accounts');
      expect(accounts.map((one) => one['accountId'])).to.deep.equal([accountId]);
      await refused(read(teller(branch), 'customer.ListCustomers', { branchId: 'brn_none' }), 'BRANCH_NOT_ALLOWED');
    }
    const { accountId } = petr;
    await refused(read(teller(PRAHA), 'account.GetAccountBalance', { accountId }), 'ACCOUNT_NOT_FOUND');
    await read(BACK_OFFICE, 'account.GetAccountBalance', { accountId });
  });

  it('pay from their own accounts to whomever, and both see what was paid', async () => {
    const order = { debtorAccountId: jana.accountId, creditorAccountId: petr.accountId, amount: money('30.00') };
    await refused(ask(teller(BRNO), 'transaction.TransferFunds', order), 'ACCOUNT_NOT_FOUND');
    const paid = await ask(teller(PRAHA), 'transaction.TransferFunds', order);
    transactionId = textAt(paid, 'transaction', 'transactionId');
    for (const branch of [PRAHA, BRNO]) {
      const seen = await read(teller(branch), 'transaction.GetTransaction', { transactionId });
      expect(textAt(seen, 'transaction', 'amount', 'amount')).to.equal('30.00');
    }
    await refused(read(teller('brn_else'), 'transaction.GetTransaction', { transactionId }), 'TRANSACTION_NOT_FOUND');
    expect(await counter(door).booked(petr.accountId)).to.equal('130.00');
  });

  it('undo what is their own alone: what goes across is for back office', async () => {
    const undo = { transactionId, amount: money('30.00') };
    for (const branch of [PRAHA, BRNO]) {
      await refused(ask(`${MANAGER}@${branch}`, 'transaction.ReverseTransaction', undo), 'BRANCH_NOT_ALLOWED');
    }
    await refused(ask(`${MANAGER}@brn_else`, 'transaction.ReverseTransaction', undo), 'TRANSACTION_NOT_FOUND');
    await refused(ask(BACK_OFFICE, 'transaction.ReverseTransaction', undo), 'APPROVAL_REQUIRED');
  });

  it('keep their customers, whom head office gives to another', async () => {
    const { customerId } = jana;
    const move = { customerId, branchId: BRNO, updateMask: 'branchId' };
    await refused(ask(teller(PRAHA), 'customer.UpdateCustomer', move), 'BRANCH_NOT_ALLOWED');
    await refused(ask(teller(BRNO), 'customer.UpdateCustomer', move), 'CUSTOMER_NOT_FOUND');
    const issue = (branch: string) => ask(teller(branch), 'security.IssueEnrolmentCode', { customerId });
    await issue(PRAHA);
    await refused(issue(BRNO), 'CUSTOMER_NOT_FOUND');
    await ask(BACK_OFFICE, 'customer.UpdateCustomer', move);
    await read(teller(BRNO), 'customer.GetCustomer', { customerId });
    await refused(read(teller(PRAHA), 'customer.GetCustomer', { customerId }), 'CUSTOMER_NOT_FOUND');
    // What she has at the branch before stays there.
    await read(teller(PRAHA), 'account.GetAccount', { accountId: jana.accountId });
    await refused(read(teller(BRNO), 'account.GetAccount', { accountId: jana.accountId }), 'ACCOUNT_NOT_FOUND');
    await issue(BRNO);
    await refused(issue(PRAHA), 'CUSTOMER_NOT_FOUND');
  });
});
