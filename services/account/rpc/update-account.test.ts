import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';

describe('UpdateAccount', () => {
  const bank = useBank(ACCOUNT_BANK);
  const update = (accountId: string, change: object) => ({ requestId: aRequestId('update'), accountId, ...change });

  it('changes what is named, and nothing else', async () => {
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner], displayName: 'Before' });
    const { accountId } = account;
    const client = accountsOf(bank(), owner);
    const paths = { paths: ['display_name'] };
    const change = { displayName: 'After', statementFrequency: StatementFrequency.WEEKLY, updateMask: paths };
    const { account: renamed } = await client.updateAccount(update(accountId, change));
    expect(renamed).to.deep.include({ displayName: 'After', iban: account.iban, etag: '2' });
    expect(renamed?.statementFrequency).to.equal(StatementFrequency.MONTHLY);
    expect((await client.getAccount({ accountId })).account).to.deep.equal(renamed);
    expect(await eventsOf(bank().database('account'), accountId)).to.deep.equal([
      'AccountOpened 1',
      'AccountUpdated 2',
    ]);
  });

  it('changes what is set when nothing is named', async () => {
    const { accountId } = await openAccount(bank(), { displayName: 'Kept' });
    const change = { statementFrequency: StatementFrequency.PER_TRANSACTION };
    const { account } = await accountsAs(bank(), 'TELLER').updateAccount(update(accountId, change));
    expect(account).to.deep.include({ displayName: 'Kept', ...change });
  });

  it('goes back to the name of the product and to monthly when they are named and empty', async () => {
    const { accountId } = await openAccount(bank(), {
      displayName: 'Mine',
      statementFrequency: StatementFrequency.WEEKLY,
    });
    const updateMask = { paths: ['display_name', 'statement_frequency'] };
    const { account } = await accountsAs(bank(), 'TELLER').updateAccount(update(accountId, { updateMask }));
    expect(account).to.deep.include({
      displayName: 'Current account CZK',
      statementFrequency: StatementFrequency.MONTHLY,
    });
  });

  it('refuses an old version, what cannot be changed, and to change nothing', async () => {
    const { accountId } = await openAccount(bank());
    const client = accountsAs(bank(), 'TELLER');
    await client.updateAccount(update(accountId, { displayName: 'One', etag: '1' }));
    await refused(client.updateAccount(update(accountId, { displayName: 'Two', etag: '1' })), 'ETAG_MISMATCH');
    const updateMask = { paths: ['iban'] };
    await refused(client.updateAccount(update(accountId, { updateMask })), 'REQUEST_INVALID');
    await refused(client.updateAccount(update(accountId, {})), 'REQUEST_INVALID');
    expect((await client.getAccount({ accountId })).account?.displayName).to.equal('One');
  });

  it('refuses closed, unknown and foreign accounts, and disponents', async () => {
    const [owner, disponent] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [owner], disponents: [disponent] });
    const named = { displayName: 'x' };
    await refused(accountsOf(bank(), disponent).updateAccount(update(accountId, named)), 'OWNER_REQUIRED');
    const client = accountsOf(bank(), owner);
    const foreign = await openAccount(bank());
    await refused(client.updateAccount(update(foreign.accountId, named)), 'ACCOUNT_NOT_FOUND');
    await refused(client.updateAccount(update('acc_unknown', named)), 'ACCOUNT_NOT_FOUND');
    await refused(accountsAs(bank(), 'TELLER').updateAccount(update('acc_unknown', named)), 'ACCOUNT_NOT_FOUND');
    await client.closeAccount({ requestId: aRequestId(), accountId });
    await refused(client.updateAccount(update(accountId, named)), 'ACCOUNT_CLOSED');
  });

  it('makes every one of many updates at once, one after the other, and each once per key', async () => {
    const { accountId } = await openAccount(bank());
    const client = accountsAs(bank(), 'TELLER');
    const requests = Array.from({ length: 10 }, (_, index) => update(accountId, { displayName: `Name ${index}` }));
    const answers = await Promise.all([...requests, ...requests].map((request) => client.updateAccount(request)));
    const etags = answers.map(({ account }) => account?.etag);
    expect(new Set(etags).size).to.equal(10);
    expect(etags.slice(10)).to.deep.equal(etags.slice(0, 10));
    const last = answers.find(({ account }) => account?.etag === '11')?.account;
    expect((await client.getAccount({ accountId })).account).to.deep.equal(last);
    const [record] = await recordsOf(bank().database('account'), requests[0]?.requestId ?? '');
    expect(record).to.deep.include({ accepted: true, resourceIds: [accountId] });
  });
});
