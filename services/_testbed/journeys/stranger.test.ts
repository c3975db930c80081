// One story, three times: a stranger who has read the README and docs/reference takes up business with the bank.
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import {
  AUDITOR,
  BACK_OFFICE,
  type Counter,
  counter,
  disponent,
  listAt,
  MANAGER,
  money,
  type OpenedAccount,
  objectAt,
  owner,
  TELLER,
  textAt,
  withApproval,
} from './counter.ts';
import { type Door, PROTOCOLS } from './doors.ts';
import { useJourney } from './journey.ts';

describe('A stranger', function aStranger() {
  this.timeout(60_000);
  const journey = useJourney();

  for (const protocol of PROTOCOLS) {
    describe(`over ${protocol}`, () => {
      let door: Door;
      let at: Counter;
      const people = { jana: '', petr: '', eva: '', bakery: '' };
      const accounts: Record<'own' | 'joint' | 'business', OpenedAccount> = {
        own: { accountId: '', iban: '' },
        joint: { accountId: '', iban: '' },
        business: { accountId: '', iban: '' },
      };
      const jana = () => `customer:${people.jana}`;
      let rent: JsonObject = {};
      let dear: JsonObject = {};

      const transfer = (to: JsonObject, amount: string, more: JsonObject = {}) =>
        door.call(jana(), 'transaction.TransferFunds', {
          requestId: randomUUID(),
          debtorAccountId: accounts.own.accountId,
          ...to,
          amount: money(amount),
          ...more,
        });
      const toJoint = () => ({ creditorAccountId: accounts.joint.accountId });

      before(() => {
        door = journey.door(protocol);
        at = counter(door);
      });

      it('registers two customers, a third and an organisation', async () => {
        people.jana = await at.person('Jana', 'Novotna');
        people.petr = await at.person('Petr', 'Svoboda');
        people.eva = await at.person('Eva', 'Dvorakova');
        people.bakery = await at.organisation('Pekarna U Mostu s.r.o.');
        expect(new Set(Object.values(people)).size).to.equal(4);
        const { customer } = await door.call(jana(), 'customer.GetCustomer', { customerId: people.jana });
        expect(customer).to.deep.include({
          person: { givenName: 'Jana', familyName: 'Novotna', birthDate: '1990-05-17' },
          state: 'CUSTOMER_STATE_ACTIVE',
        });
      });

      it('opens an individual, a joint and a business account', async () => {
        const { jana: one, petr, eva, bakery } = people;
        accounts.own = await at.open('INDIVIDUAL', 'prd_current_czk', [owner(one)]);
        accounts.joint = await at.open('JOINT', 'prd_current_czk', [owner(one), owner(petr), disponent(eva)]);
        accounts.business = await at.open('BUSINESS', 'prd_business_czk', [owner(bakery), disponent(petr)]);
        for (const { iban } of Object.values(accounts)) expect(iban).to.match(/^CZ[0-9]{22}$/);
        const { account } = await door.call(jana(), 'account.GetAccount', { accountId: accounts.joint.accountId });
        expect(account).to.deep.include({
          type: 'ACCOUNT_TYPE_JOINT',
          state: 'ACCOUNT_STATE_ACTIVE',
          iban: accounts.joint.iban,
          holders: [owner(one), owner(petr), disponent(eva)],
        });
        const listed = await door.call(jana(), 'account.ListAccounts', {});
        expect(listAt(listed, 'accounts').map(({ accountId }) => accountId)).to.deep.equal([
          accounts.joint.accountId,
          accounts.own.accountId,
        ]);
      });

      it('pays in, and pays the fee of the product', async () => {
        await at.deposit(accounts.own.accountId, money('1000.00'));
        expect(await at.booked(accounts.own.accountId)).to.equal('1000.00');
        const paid = await at.deposit(accounts.business.accountId, money('5000.00'));
        expect(paid['fees']).to.deep.equal([{ amount: money('10.00') }]);
        expect(await at.booked(accounts.business.accountId)).to.equal('4990.00');
      });

      it('transfers by id and by IBAN', async () => {
        rent = objectAt(await transfer(toJoint(), '250.00', { remittanceInformation: 'rent' }), 'transaction');
        expect(rent).to.include({
          state: 'TRANSACTION_STATE_POSTED',
          debtorAccountId: accounts.own.accountId,
          creditorAccountId: accounts.joint.accountId,
          remittanceInformation: 'rent',
        });
        const spaced = accounts.joint.iban.replace(/(.{4})(?!$)/g, '$1 ');
        const byNumber = objectAt(await transfer({ creditorIban: spaced }, '100.00'), 'transaction');
        expect(byNumber).to.include({ creditorAccountId: accounts.joint.accountId });
        expect(await at.booked(accounts.own.accountId)).to.equal('650.00');
        expect(await at.booked(accounts.joint.accountId)).to.equal('350.00');
        await refused(
          transfer({ creditorIban: accounts.joint.iban.replace(/.$/, (d) => `${9 - Number(d)}`) }, '1.00'),
          'IBAN_INVALID',
        );
      });

      it('may not overdraw, and can read why', async () => {
        const refusal = await refused(transfer(toJoint(), '2000.00'), 'INSUFFICIENT_FUNDS');
        expect(refusal).to.include({ code: 9, domain: 'transaction' });
        expect(refusal.message).to.match(/^There is not enough money/);
        expect(await at.booked(accounts.own.accountId)).to.equal('650.00');
      });

      it('overdraws within a limit that the bank has set', async () => {
        const { accountId } = accounts.own;
        const limit = (amount: string) => ({ requestId: randomUUID(), accountId, overdraftLimit: money(amount) });
        await refused(door.call(MANAGER, 'account.SetOverdraftLimit', limit('100000.01')), 'OVERDRAFT_NOT_ALLOWED');
        await door.call(MANAGER, 'account.SetOverdraftLimit', limit('500.00'));
        dear = objectAt(await transfer(toJoint(), '900.00'), 'transaction');
        const balance = await door.call(jana(), 'account.GetAccountBalance', { accountId });
        const nothing = money('0.00');
        expect(balance).to.deep.equal({
          booked: money('-250.00'),
          available: money('250.00'),
          held: nothing,
          pendingIn: nothing,
          total: money('-250.00'),
        });
        await refused(transfer(toJoint(), '250.01'), 'INSUFFICIENT_FUNDS');
      });

      it('cannot pay from a frozen account', async () => {
        const { accountId } = accounts.own;
        const reason = 'FREEZE_REASON_CUSTOMER_REQUEST';
        await door.call(jana(), 'account.FreezeAccount', { requestId: randomUUID(), accountId, debits: true, reason });
        await refused(transfer(toJoint(), '1.00'), 'ACCOUNT_FROZEN');
        await at.deposit(accountId, money('1.00'));
        await door.call(jana(), 'account.UnfreezeAccount', { requestId: randomUUID(), accountId });
        await transfer(toJoint(), '1.00');
      });

      it('has a transfer undone in part, then whole, and no more', async () => {
        const transactionId = textAt(dear, 'transactionId');
        const undo = (more: JsonObject = {}) =>
          withApproval(door, { maker: MANAGER, checker: BACK_OFFICE }, 'transaction.ReverseTransaction', {
            transactionId,
            ...more,
          });
        const now = async () =>
          objectAt(await door.call(jana(), 'transaction.GetTransaction', { transactionId }), 'transaction');
        await refused(undo({ amount: money('900.01') }), 'REVERSAL_EXCEEDS_ORIGINAL');
        await undo({ amount: money('400.00') });
        expect(await now()).to.deep.include({
          state: 'TRANSACTION_STATE_PARTIALLY_REVERSED',
          reversedAmount: money('400.00'),
        });
        const rest = objectAt(await undo(), 'transaction');
        expect(rest).to.deep.include({ amount: money('500.00'), reversedTransactionId: transactionId });
        expect(await now()).to.deep.include({
          state: 'TRANSACTION_STATE_REVERSED',
          reversedAmount: money('900.00'),
        });
        await refused(undo(), 'REVERSAL_EXCEEDS_ORIGINAL');
        expect(await at.booked(accounts.own.accountId)).to.equal('650.00');
      });

      it('reads a statement whose opening balance and entries are its closing balance, page by page', async () => {
        const { accountId, iban } = accounts.own;
        const entries: JsonObject[] = [];
        let pageToken = '';
        do {
          const page = await door.call(jana(), 'account.GetStatement', { accountId, pageSize: 3, pageToken });
          expect(page).to.deep.include({ iban, openingBalance: money('0.00'), closingBalance: money('650.00') });
          expect(listAt(page, 'entries').length).to.be.at.most(3);
          entries.push(...listAt(page, 'entries'));
          pageToken = typeof page['nextPageToken'] === 'string' ? page['nextPageToken'] : '';
        } while (pageToken !== '');
        expect(entries).to.have.length(8);
        let balance = 0n;
        for (const entry of entries) {
          balance += cents(textAt(entry, 'amount', 'amount'));
          expect(cents(textAt(entry, 'runningBalance', 'amount'))).to.equal(balance);
        }
        expect(balance).to.equal(65_000n);
        const kinds = entries.map(({ kind }) => kind);
        expect(kinds).to.include.members(['DEPOSIT', 'TRANSFER', 'REVERSAL']);
        expect(entries[1]).to.include({ transactionId: rent['transactionId'] });
      });

      it('lists transactions by account, date, state and amount', async () => {
        const { accountId } = accounts.own;
        const list = async (filter: JsonObject) =>
          listAt(await door.call(jana(), 'transaction.ListTransactions', { accountId, ...filter }), 'transactions');
        const today = textAt(rent, 'bookingDate');
        const before = Temporal.PlainDate.from(today).subtract({ days: 1 }).toString();
        const after = Temporal.PlainDate.from(today).add({ days: 1 }).toString();
        const all = await list({});
        // Two deposits, four booked transfers, two refused ones and two reversals; what AuthorizeOrders refused is no order.
        expect(all.map((one) => textAt(one, 'type').replace('TRANSACTION_TYPE_', ''))).to.deep.equal([
          'REVERSAL',
          'REVERSAL',
          'TRANSFER',
          'CASH_DEPOSIT',
          'TRANSFER',
          'TRANSFER',
          'TRANSFER',
          'TRANSFER',
          'TRANSFER',
          'CASH_DEPOSIT',
        ]);
        expect(
          await list({
            fromDate: today,
            toDate: today,
            states: ['TRANSACTION_STATE_POSTED', 'TRANSACTION_STATE_REVERSED'],
          }),
        ).to.have.length(8);
        expect(await list({ fromDate: after })).to.deep.equal([]);
        expect(await list({ toDate: before })).to.deep.equal([]);
        expect(await list({ states: ['TRANSACTION_STATE_REFUSED'] })).to.have.length(2);
        expect(
          (await list({ states: ['TRANSACTION_STATE_REVERSED'] })).map(({ transactionId }) => transactionId),
        ).to.deep.equal([dear['transactionId']]);
        const between = await list({ minimumAmount: money('250.00'), maximumAmount: money('300.00') });
        expect(between.map(({ amount }) => amount)).to.deep.equal([money('250.01'), money('250.00')]);
        await refused(list({ minimumAmount: money('1.00'), maximumAmount: money('2.00', 'EUR') }), 'CURRENCY_MISMATCH');
        await refused(door.call(jana(), 'transaction.ListTransactions', {}), 'ACCOUNT_REQUIRED');
        const paged: JsonObject[] = [];
        let pageToken = '';
        do {
          const page = await door.call(jana(), 'transaction.ListTransactions', { accountId, pageSize: 3, pageToken });
          paged.push(...listAt(page, 'transactions'));
          pageToken = typeof page['nextPageToken'] === 'string' ? page['nextPageToken'] : '';
        } while (pageToken !== '');
        expect(paged).to.deep.equal(all);
      });

      it('closes an account at zero only', async () => {
        const { accountId } = accounts.own;
        const close = () => door.call(jana(), 'account.CloseAccount', { requestId: randomUUID(), accountId });
        await refused(close(), 'BALANCE_NOT_ZERO');
        const out = { requestId: randomUUID(), debtorAccountId: accountId, amount: money('650.00') };
        await door.call(TELLER, 'transaction.WithdrawCash', out);
        expect(objectAt(await close(), 'account')).to.include({ state: 'ACCOUNT_STATE_CLOSED' });
        await refused(at.deposit(accountId, money('1.00')), 'ACCOUNT_CLOSED');
        await refused(close(), 'ACCOUNT_CLOSED');
      });

      it('leaves a bank in balance', async () => {
        for (const role of [AUDITOR, BACK_OFFICE]) {
          const { totals } = await door.call(role, 'ledger.GetTrialBalance', {});
          for (const { debit, credit } of totals as JsonObject[]) expect(debit).to.deep.equal(credit);
        }
      });
    });
  }
});

/** The minor units of a decimal with two places. */
function cents(text: string): bigint {
  return BigInt(text.replace('.', ''));
}
