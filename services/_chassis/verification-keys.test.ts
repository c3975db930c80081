import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { GetSigningKeysResponseSchema } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Refusal, refuseCall } from './errors.ts';
import { ISSUER } from './issuer.ts';
import { makeLog } from './log.ts';
import { keysAtSecurity, REFETCH_MS } from './verification-keys.ts';

describe('Verification keys', () => {
  /** Security as far as its keys go, how often it was asked, and what it does. */
  function asking() {
    const security = { kids: ['one'], away: false, asked: 0 };
    const publicKey = Buffer.from(
      generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '',
      'base64url',
    );
    const getSigningKeys = async () => {
      security.asked += 1;
      await sleep(5);
      if (security.away) throw refuseCall('SERVICE_UNAVAILABLE');
      return create(GetSigningKeysResponseSchema, { keys: security.kids.map((kid) => ({ kid, publicKey })) });
    };
    return { security, keys: keysAtSecurity({ getSigningKeys }, makeLog('test', 'silent')) };
  }
  const reason = (answer: Promise<unknown>) =>
    answer.then(
      () => 'answered',
      (error: Refusal) => error.reason,
    );

  it('are asked for when the first is needed, once for all', async () => {
    const { security, keys } = asking();
    expect(security.asked).to.equal(0);
    const found = await Promise.all(Array.from({ length: 100 }, () => keys.find('one')));
    expect(found.map((key) => key?.issuer)).to.deep.equal(Array.from({ length: 100 }, () => ISSUER));
    expect((await keys.all()).map(({ kid }) => kid)).to.deep.equal(['one']);
    expect(security.asked).to.equal(1);
  });

  it('cost security nothing, however many names are made up', async () => {
    const { security, keys } = asking();
    await keys.find('one');
    for (let round = 0; round < 20; round += 1) {
      const found = await Promise.all(
        Array.from({ length: 500 }, (_, index) => keys.find(`made up ${round}/${index}`)),
      );
      expect(found.every((key) => key === undefined)).to.equal(true);
    }
    expect(security.asked).to.equal(1);
  });

  it('that are new are found, though names were made up until then', async () => {
    const { security, keys } = asking();
    await keys.find('one');
    security.kids = ['one', 'two'];
    const until = performance.now() + REFETCH_MS + 100;
    while (performance.now() < until) {
      await keys.find('made up');
      await sleep(20);
    }
    expect(await keys.find('two')).to.include({ issuer: ISSUER });
    expect(security.asked).to.be.within(2, 3);
  });

  it('that are known verify while security is away; of others nobody can say', async () => {
    const { security, keys } = asking();
    security.away = true;
    expect(await reason(keys.find('one'))).to.equal('SERVICE_UNAVAILABLE');
    expect(await reason(keys.all())).to.equal('SERVICE_UNAVAILABLE');
    security.away = false;
    await sleep(REFETCH_MS);
    expect(await reason(keys.find('one'))).to.equal('answered');
    security.away = true;
    await sleep(REFETCH_MS);
    expect(await reason(keys.find('two'))).to.equal('SERVICE_UNAVAILABLE');
    expect(await keys.find('one')).to.include({ issuer: ISSUER });
  });
});
