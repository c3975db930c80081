import { expect } from 'chai';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { asCustomer, unique } from '../testing.ts';
import { anExport } from '../testing-exports.ts';

describe('ListPersonalDataExports', () => {
  const bank = useService(security);

  it('lists the exports of a customer, newest first, page by page', async () => {
    const partyId = unique('cus_listed');
    const made = [await anExport(bank, { partyId, state: 'ready' }), await anExport(bank, { partyId })];
    await anExport(bank, {});
    const list = (pageToken: string) =>
      asCustomer(bank, partyId).listPersonalDataExports({ customerId: partyId, pageSize: 1, pageToken });
    const first = await list('');
    const second = await list(first.nextPageToken);
    const listed = [...first.personalDataExports, ...second.personalDataExports].map(({ exportId }) => exportId);
    expect(listed).to.deep.equal(made.toReversed().map(({ id }) => id));
    expect(second.nextPageToken).to.equal('');
    await refused(list('x'), 'PAGE_TOKEN_INVALID');
    const other = asCustomer(bank, unique('cus_other'));
    await refused(other.listPersonalDataExports({ customerId: partyId }), 'CUSTOMER_NOT_FOUND');
  });
});
