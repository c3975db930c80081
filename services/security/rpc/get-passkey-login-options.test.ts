import { expect } from 'chai';
import { useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { passkeyLogin } from '../testing.ts';

describe('GetPasskeyLoginOptions', () => {
  const bank = useService(security);

  it('names a challenge of its own and no passkey, so it tells nothing of anybody, and keeps nothing', async () => {
    const [first, second] = [JSON.parse(await passkeyLogin(bank)), JSON.parse(await passkeyLogin(bank))];
    expect(first).to.include({ rpId: 'localhost', userVerification: 'required' });
    expect(first.allowCredentials).to.equal(undefined);
    expect(first.challenge).to.not.equal(second.challenge);
    expect(await bank.database.query('select from used_challenge')).to.have.length(0);
  });
});
