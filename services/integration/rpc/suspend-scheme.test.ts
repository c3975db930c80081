import { expect } from 'chai';
import { staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';

describe('SuspendScheme', () => {
  const bank = useService(integration);

  it('takes the scheme out of service, and says why', async () => {
    const client = bank.asPrincipal(staff('BACK_OFFICE'));
    const request = { requestId: 's1', reason: 'maintenance' };
    const { schemeStatus } = await client.suspendScheme(request);
    expect([schemeStatus?.suspended, schemeStatus?.suspendReason]).to.deep.equal([true, 'maintenance']);
    expect((await client.getSchemeStatus({})).schemeStatus?.suspended).to.equal(true);
  });
});
