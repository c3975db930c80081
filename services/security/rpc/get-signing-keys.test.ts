import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { refused, staff, startTestService, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

describe('GetSigningKeys', () => {
  const bank = useService(security, { environment: { SIGNING_KEY_LEAD_SECONDS: '2' } });
  const kids = async () => (await bank.as('edge').getSigningKeys({})).keys.map(({ kid }) => kid);

  it('tells the key that signs to whoever verifies', async () => {
    const { keys } = await bank.as('edge').getSigningKeys({});
    expect(keys.map(({ publicKey }) => publicKey.length)).to.deep.equal([32]);
    for (const workload of ['ledger', 'account', 'customer', 'transaction', 'audit', 'notification'] as const) {
      expect((await bank.as(workload).getSigningKeys({})).keys).to.deep.equal(keys);
    }
    await refused(bank.as('reporting').getSigningKeys({}), 'CALLER_NOT_ALLOWED');
  });

  it('tells the same in every process', async () => {
    const others = await Promise.all([1, 2, 3].map(() => startTestService(security, { beside: bank })));
    for (const other of others) {
      expect((await other.as('edge').getSigningKeys({})).keys.map(({ kid }) => kid)).to.deep.equal(await kids());
      await other.stop();
    }
  });

  it('keeps private keys sealed', async () => {
    const rows = await bank.database.query<{ key: Buffer }>('select private_key as key from signing_key');
    expect(rows.length).to.be.at.least(1);
    // How a private key of Ed25519 begins in PKCS #8 (RFC 8410).
    const clear = Buffer.from('302e020100300506032b6570', 'hex');
    for (const { key } of rows) expect(key.includes(clear)).to.equal(false);
  });

  it('tells a key no more when every token that it signed is over', async () => {
    const [first = ''] = await kids();
    const { key } = await bank.asPrincipal(staff('ADMINISTRATOR')).rotateSigningKey({ requestId: unique('rotate') });
    expect(await kids()).to.deep.equal([first, key?.kid]);
    await bank.database.query(`update signing_key set sign_time = sign_time - interval '9 minutes'`);
    await sleep(1_200);
    expect(await kids()).to.deep.equal([first, key?.kid]);
    await bank.database.query(`update signing_key set sign_time = sign_time - interval '2 minutes'`);
    const end = Date.now() + 5_000;
    while ((await kids()).length > 1 && Date.now() < end) await sleep(50);
    expect(await kids()).to.deep.equal([key?.kid]);
  });
});
