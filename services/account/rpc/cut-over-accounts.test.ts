import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { AccountState } from '#gen/bank/account/v1/account_pb.ts';
import type { CutOverAccountsResponse } from '#gen/bank/account/v1/account_service_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  registerPerson,
} from '../../_testbed/opening.ts';

describe('CutOverAccounts', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const reasons = ({ outcomes }: CutOverAccountsResponse) =>
    outcomes.map(({ refusal }) => refusal?.detail?.reason ?? 'done');

  it('ends the migration of each, for good, and tells of each what became of it', async () => {
    const migrating = await openAccount(bank(), { migrating: true });
    const active = await openAccount(bank());
    await payIn(bank(), migrating, '-20.00', '2020-01-02');
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const request = {
      requestId: aRequestId('cutover'),
      accountIds: [active.accountId, migrating.accountId, 'acc_unknown'],
    };
    const answer = await client.cutOverAccounts(request);
    expect(answer.outcomes.map(({ accountId }) => accountId)).to.deep.equal(request.accountIds);
    expect(reasons(answer)).to.deep.equal(['ACCOUNT_NOT_MIGRATING', 'done', 'ACCOUNT_NOT_FOUND']);
    const { account } = await client.getAccount({ accountId: migrating.accountId });
    expect(account).to.deep.include({ state: AccountState.ACTIVE, etag: '2' });

    // It takes no more history, and its floor holds: what is below stays, and gets no worse.
    expect(await payIn(bank(), migrating, '1.00', '2020-01-03').catch(String)).to.match(/NOT_MIGRATING/);
    expect(await payIn(bank(), migrating, '-1.00').catch(String)).to.match(/INSUFFICIENT_FUNDS/);
    await payIn(bank(), migrating, '30.00');
    const { accountId } = migrating;
    expect(await eventsOf(bank().database('account'), accountId)).to.deep.equal([
      'AccountOpened 1',
      'AccountCutOver 2',
    ]);
    const [record] = await recordsOf(bank().database('account'), `${request.requestId}/${accountId}`);
    expect(record).to.deep.include({ accepted: true, resourceIds: [accountId] });
  });

  it('answers a repeat as the first time, item by item', async () => {
    const accounts = await Promise.all([1, 2, 3].map(() => openAccount(bank(), { migrating: true })));
    const ids = accounts.map(({ accountId }) => accountId);
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const requestId = aRequestId('cutover');
    const [first = '', ...rest] = ids;
    expect(reasons(await client.cutOverAccounts({ requestId, accountIds: [first] }))).to.deep.equal(['done']);
    const answers = await Promise.all([1, 2, 3].map(() => client.cutOverAccounts({ requestId, accountIds: ids })));
    for (const answer of answers) expect(reasons(answer)).to.deep.equal(['done', 'done', 'done']);
    expect(reasons(await client.cutOverAccounts({ requestId: aRequestId(), accountIds: rest }))).to.deep.equal([
      'ACCOUNT_NOT_MIGRATING',
      'ACCOUNT_NOT_MIGRATING',
    ]);
  });

  it('only tells what would happen when it is only asked', async () => {
    const { accountId } = await openAccount(bank(), { migrating: true });
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const request = { requestId: aRequestId(), accountIds: [accountId, 'acc_unknown'], validateOnly: true };
    expect(reasons(await client.cutOverAccounts(request))).to.deep.equal(['done', 'ACCOUNT_NOT_FOUND']);
    expect((await client.getAccount({ accountId })).account?.state).to.equal(AccountState.MIGRATING);
  });

  it('is for back office', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner], migrating: true });
    const request = { requestId: aRequestId(), accountIds: [accountId] };
    await refused(accountsAs(bank(), 'TELLER').cutOverAccounts(request), 'CALLER_NOT_ALLOWED');
    await refused(accountsOf(bank(), owner).cutOverAccounts(request), 'CALLER_NOT_ALLOWED');
  });
});
