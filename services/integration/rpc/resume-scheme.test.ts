import { expect } from 'chai';
import { staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';

describe('ResumeScheme', () => {
  const bank = useService(integration);

  it('puts the scheme back into service', async () => {
    const client = bank.asPrincipal(staff('BACK_OFFICE'));
    await client.suspendScheme({ requestId: 's1', reason: 'maintenance' });
    const { schemeStatus } = await client.resumeScheme({ requestId: 'r1' });
    expect([schemeStatus?.suspended, schemeStatus?.suspendReason]).to.deep.equal([false, '']);
  });
});
