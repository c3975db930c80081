import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, aPasskey, asCustomer, passkeyLogin, unique } from '../testing.ts';
import { authenticator } from '../testing-authenticator.ts';

describe('ListPasskeys', () => {
  const bank = useService(security);

  it('lists the passkeys of whoever calls, the oldest first, and when they were used', async () => {
    const [who, other] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    const [first, second] = [
      await aPasskey(bank, who.customerId),
      await aPasskey(bank, who.customerId, authenticator('EdDSA', { synced: true })),
    ];
    await aPasskey(bank, other.customerId);
    const login = { requestId: unique('login'), responseJson: second.use(await passkeyLogin(bank)) };
    await bank.asPrincipal(undefined).logInWithPasskey(login);
    const { passkeys } = await asCustomer(bank, who.customerId).listPasskeys({});
    expect(
      passkeys.map(({ passkeyId, synced, lastUseTime }) => [passkeyId, synced, lastUseTime !== undefined]),
    ).to.deep.equal([
      [first.passkeyId, false, false],
      [second.passkeyId, true, true],
    ]);
    for (const { createTime } of passkeys)
      expect(Date.now() - (createTime ? timestampMs(createTime) : 0)).to.be.within(0, 30_000);
  });
});
