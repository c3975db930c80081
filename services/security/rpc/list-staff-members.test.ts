import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { security } from '../service.ts';
import { aStaffMember } from '../testing.ts';

describe('ListStaffMembers', () => {
  const bank = useService(security);

  it('lists everybody in the order in which they were registered, page by page', async () => {
    const ids = [
      await aStaffMember(bank, 'TELLER'),
      await aStaffMember(bank, 'AUDITOR'),
      await aStaffMember(bank, 'TELLER'),
    ];
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const first = await auditor.listStaffMembers({ pageSize: 2 });
    const second = await auditor.listStaffMembers({ pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.staffMembers, ...second.staffMembers].map(({ staffId }) => staffId)).to.deep.equal(ids);
    expect(first.staffMembers[1]).to.deep.include({ displayName: 'Eva Nova', roles: [StaffRole.AUDITOR] });
    expect(second.nextPageToken).to.equal('');
  });

  it('is for those who watch over the staff', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).listStaffMembers({}), 'CALLER_NOT_ALLOWED');
  });
});
