import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { HolderRole } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { approvedAccounts } from '../testing-mandates.ts';

describe('ListHolderChanges', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists them page by page, newest first, to customers without the names of staff', async () => {
    const people = await Promise.all([registerPerson(bank()), registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: people.slice(0, 1) });
    for (const customerId of people.slice(1)) {
      const holders = [{ customerId, role: HolderRole.OWNER }];
      await approvedAccounts(bank()).changeHolders({ requestId: aRequestId('holders'), accountId, holders });
    }
    const staff = accountsAs(bank(), 'AUDITOR');
    const first = await staff.listHolderChanges({ accountId, pageSize: 1 });
    const second = await staff.listHolderChanges({ accountId, pageSize: 1, pageToken: first.nextPageToken });
    expect([...first.changes, ...second.changes].map(({ after }) => after[0]?.customerId)).to.deep.equal([
      people[2],
      people[1],
    ]);
    expect(second.nextPageToken).to.equal('');
    expect(first.changes[0]).to.deep.include({ approverId: 'stf_checker' });
    const seen = await accountsOf(bank(), people[2] ?? '').listHolderChanges({ accountId });
    expect(seen.changes.map(({ authorId, approverId }) => authorId + approverId)).to.deep.equal(['', '']);
    await refused(accountsOf(bank(), people[0] ?? '').listHolderChanges({ accountId }), 'ACCOUNT_NOT_FOUND');
  });
});
