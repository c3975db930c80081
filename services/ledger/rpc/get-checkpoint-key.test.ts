import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { customer, refused, staff, startTestService } from '#chassis/testing/service.ts';
import { ledger } from '../service.ts';
import { useLedger } from '../testing.ts';

describe('GetCheckpointKey', () => {
  const bank = useLedger();

  it('reads the one public key of all ledger processes', async () => {
    const { publicKeyPem } = await bank.asPrincipal(customer('cus_1')).getCheckpointKey({});
    expect(createPublicKey(publicKeyPem).asymmetricKeyType).to.equal('ed25519');
    expect(publicKeyPem).not.to.include('PRIVATE');
    const second = await startTestService(ledger, { beside: bank });
    const other = await second.asPrincipal(staff('AUDITOR')).getCheckpointKey({});
    await second.stop();
    expect(other.publicKeyPem).to.equal(publicKeyPem);
  });

  it("is no workload's to ask for", async () => {
    await refused(bank.as('transaction').getCheckpointKey({}), 'CALLER_NOT_ALLOWED');
  });
});
