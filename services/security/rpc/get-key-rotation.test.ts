import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { KeyRotationState } from '#gen/bank/security/v1/data_key_pb.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

describe('GetKeyRotation', () => {
  const bank = useService(security);
  const administrator = () => bank.asPrincipal(staff('ADMINISTRATOR'));

  it('knows of none before the first', async () => {
    await refused(administrator().getKeyRotation({}), 'KEY_ROTATION_NOT_FOUND');
    await refused(administrator().getKeyRotation({ rotationNumber: 1 }), 'KEY_ROTATION_NOT_FOUND');
  });

  it('tells how far one is, until it is done', async () => {
    await bank.as('account').getDataKeys({ partyIds: [unique('cus'), unique('cus')] });
    const { rotation: begun } = await administrator().rotateKeyEncryptionKey({ requestId: unique('rotate') });
    expect(begun).to.include({ rotationNumber: 1, state: KeyRotationState.PLANNED });
    expect(begun?.remainingCount).to.be.at.least(2);
    let { rotation } = await bank.asPrincipal(staff('AUDITOR')).getKeyRotation({});
    while (rotation?.state !== KeyRotationState.DONE) {
      await sleep(20);
      ({ rotation } = await administrator().getKeyRotation({ rotationNumber: 1 }));
    }
    expect(rotation.remainingCount).to.equal(0);
    expect(rotation.finishTime).to.not.equal(undefined);
  });

  it('is for administrators and auditors', async () => {
    await refused(bank.asPrincipal(staff('COMPLIANCE')).getKeyRotation({}), 'CALLER_NOT_ALLOWED');
  });
});
