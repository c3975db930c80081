import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { customer } from '../service.ts';
import { registered } from '../testing.ts';
import { imported, PARTIES, screened } from '../testing-sanctions.ts';

describe('ListSanctionsListVersions', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));

  it('lists them newest first, page by page, and counts whom they have not been held against', async () => {
    await registered(bank.asPrincipal(staff('TELLER')));
    await imported(officer());
    await imported(officer(), PARTIES.slice(0, 3));
    await screened(officer());
    const { versions } = await officer().listSanctionsListVersions({ list: SanctionsList.OFAC_SDN });
    expect(versions.map(({ version }) => version)).to.deep.equal([2, 1]);
    const first = await officer().listSanctionsListVersions({ pageSize: 1 });
    const second = await officer().listSanctionsListVersions({ pageSize: 1, pageToken: first.nextPageToken });
    expect([...first.versions, ...second.versions]).to.deep.equal(versions);
    expect(second.nextPageToken).to.equal('');
    const none = await officer().listSanctionsListVersions({ list: SanctionsList.UN_CONSOLIDATED });
    expect(none.versions).to.deep.equal([]);
    await refused(bank.asPrincipal(staff('TELLER')).listSanctionsListVersions({}), 'CALLER_NOT_ALLOWED');
  });
});
