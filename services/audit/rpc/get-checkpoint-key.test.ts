import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff, startTestService } from '#chassis/testing/service.ts';
import { audit } from '../service.ts';
import { useAudit } from '../testing.ts';

describe('GetCheckpointKey of audit', () => {
  const { bank, auditor } = useAudit();

  it('reads the one public key of all audit processes', async () => {
    const { publicKeyPem } = await auditor().getCheckpointKey({});
    expect(createPublicKey(publicKeyPem).asymmetricKeyType).to.equal('ed25519');
    expect(publicKeyPem).not.to.include('PRIVATE');
    const second = await startTestService(audit, { beside: bank });
    const other = await second.asPrincipal(staff('AUDITOR')).getCheckpointKey({});
    await second.stop();
    expect(other.publicKeyPem).to.equal(publicKeyPem);
  });

  it("is no workload's to ask for", async () => {
    await refused(bank.as('transaction').getCheckpointKey({}), 'CALLER_NOT_ALLOWED');
  });
});
