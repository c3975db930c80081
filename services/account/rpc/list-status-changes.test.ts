import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountState, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';

describe('ListStatusChanges', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('tells the life of an account page by page: staff of everybody, customers without the names of staff', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const staff = accountsAs(bank(), 'BACK_OFFICE');
    const order = { debits: true, credits: true, reason: FreezeReason.COURT_ORDER, reference: '7 Nt 1/2026' };
    await staff.freezeAccount({ requestId: aRequestId(), accountId, ...order });
    await staff.unfreezeAccount({ requestId: aRequestId(), accountId });
    const first = await staff.listStatusChanges({ accountId, pageSize: 2 });
    expect(first.changes.map(({ reason, version }) => [reason, version])).to.deep.equal([
      ['UNFROZEN', 3],
      ['FROZEN', 2],
    ]);
    expect(first.changes[1]?.freeze).to.deep.include(order);
    expect(first.changes.every(({ actorId }) => actorId !== '')).to.equal(true);
    const rest = await staff.listStatusChanges({ accountId, pageSize: 2, pageToken: first.nextPageToken });
    expect(rest.changes.map(({ reason, fromState, toState }) => [reason, fromState, toState])).to.deep.equal([
      ['OPENED', AccountState.PENDING, AccountState.ACTIVE],
    ]);
    expect(rest.nextPageToken).to.equal('');
    const seen = await accountsOf(bank(), owner).listStatusChanges({ accountId });
    expect(seen.changes.map(({ actorId }) => actorId)).to.deep.equal(['', '', '']);
    await refused(
      accountsOf(bank(), await registerPerson(bank())).listStatusChanges({ accountId }),
      'ACCOUNT_NOT_FOUND',
    );
  });
});
