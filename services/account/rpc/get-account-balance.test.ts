import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  placeHold,
  registerPerson,
  told,
} from '../../_testbed/opening.ts';

describe('GetAccountBalance', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('tells what is booked and what may be taken', async () => {
    const [owner, disponent] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const account = await openAccount(bank(), { owners: [owner], disponents: [disponent] });
    const { accountId } = account;
    const overdraftLimit = { currencyCode: 'CZK', amount: '50.00' };
    await accountsAs(bank(), 'BRANCH_MANAGER').setOverdraftLimit({
      requestId: aRequestId(),
      accountId,
      overdraftLimit,
    });
    await payIn(bank(), account, '90071992547409.93');
    for (const client of [accountsOf(bank(), owner), accountsOf(bank(), disponent), accountsAs(bank(), 'AUDITOR')]) {
      const { booked, available } = await client.getAccountBalance({ accountId });
      expect(booked).to.deep.include({ currencyCode: 'CZK', amount: '90071992547409.93' });
      expect(available).to.deep.include({ currencyCode: 'CZK', amount: '90071992547459.93' });
    }
  });

  it('tells what is held, and what is coming: neither is available', async () => {
    const [payer, payee] = [await openAccount(bank()), await openAccount(bank())];
    await payIn(bank(), payer, '100.00');
    await placeHold(bank(), payer, payee, '40.00');
    const amounts = async ({ accountId }: { accountId: string }) => {
      const { booked, available, held, pendingIn } = await accountsAs(bank(), 'TELLER').getAccountBalance({
        accountId,
      });
      return [booked, available, held, pendingIn].map((one) => one?.amount);
    };
    expect(await amounts(payer)).to.deep.equal(['100.00', '60.00', '40.00', '0.00']);
    expect(await amounts(payee)).to.deep.equal(['0.00', '0.00', '0.00', '40.00']);
  });

  it('knows no limit while the account is migrating', async () => {
    const account = await openAccount(bank(), { migrating: true });
    await payIn(bank(), account, '-7.00', '2019-05-06');
    const { booked, available } = await accountsAs(bank(), 'TELLER').getAccountBalance({
      accountId: account.accountId,
    });
    expect(booked?.amount).to.equal('-7.00');
    expect(available).to.equal(undefined);
  });

  it('is nothing for an account that is being opened', async () => {
    const { accountId } = await openAccount(bank(), { productId: 'prd_current_jpy' });
    const database = bank().database('account');
    const pending = { id: 'acc_pending', state: 'pending', iban_hash: '\\x01', pending_change: 'open' };
    await database.query('insert into account select (jsonb_populate_record(a, $2)).* from account a where id = $1', [
      accountId,
      JSON.stringify(pending),
    ]);
    const { booked, available } = await accountsAs(bank(), 'TELLER').getAccountBalance({ accountId: 'acc_pending' });
    expect([booked?.amount, available?.amount]).to.deep.equal(['0', '0']);
  });

  it('answers a stranger as if there were none', async () => {
    const { accountId } = await openAccount(bank());
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    const foreign = await refused(stranger.getAccountBalance({ accountId }), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(stranger.getAccountBalance({ accountId: 'acc_x' }), 'ACCOUNT_NOT_FOUND');
    expect(told(foreign)).to.deep.equal(told(unknown));
    await refused(accountsAs(bank(), 'TELLER').getAccountBalance({ accountId: 'acc_x' }), 'ACCOUNT_NOT_FOUND');
  });
});
