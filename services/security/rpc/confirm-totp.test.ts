import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import {
  anEnrolledCustomer,
  appCode,
  asCustomer,
  credentialOf,
  expectNowhere,
  failuresOf,
  logIn,
  PASSWORD,
  unique,
} from '../testing.ts';

describe('ConfirmTotp', () => {
  const bank = useService(security);
  const confirm = (customerId: string, code: string, validateOnly = false) =>
    asCustomer(bank, customerId).confirmTotp({ requestId: unique('confirm'), code, validateOnly });

  async function anUnconfirmedApp() {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const order = { requestId: unique('app'), password: PASSWORD };
    const { secret } = await asCustomer(bank, customerId).enrolTotp(order);
    return { customerId, username, secret };
  }

  it('answers ten recovery codes, kept as hashes only, and logins ask for a code from then on', async () => {
    const { customerId, username, secret } = await anUnconfirmedApp();
    const { recoveryCodes } = await confirm(customerId, appCode(secret));
    expect(new Set(recoveryCodes)).to.have.property('size', 10);
    for (const code of recoveryCodes) expect(code).to.match(/^[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2}$/);
    await expectNowhere(
      bank.database,
      recoveryCodes.flatMap((code) => [code, code.replaceAll('-', '')]),
    );
    await refused(logIn(bank, { username }), 'SECOND_FACTOR_REQUIRED');
    const credentialId = await credentialOf(bank.database, customerId);
    expect(await eventsOf(bank.database, credentialId)).to.deep.equal([
      'CredentialsRegistered 1',
      'SecondFactorAdded 2',
    ]);
  });

  it('refuses a wrong code, and counts it', async () => {
    const { customerId, username } = await anUnconfirmedApp();
    await refused(confirm(customerId, '000000'), 'PROOF_REFUSED');
    await refused(confirm(customerId, 'ABCD-EFGH'), 'PROOF_REFUSED');
    expect(await failuresOf(bank.database, customerId)).to.equal(2);
    await logIn(bank, { username });
  });

  it('refuses when nothing awaits it', async () => {
    const { customerId, secret } = await anUnconfirmedApp();
    await confirm(customerId, appCode(secret));
    await refused(confirm(customerId, appCode(secret, 1)), 'SECOND_FACTOR_NOT_FOUND');
    await refused(confirm(unique('cus_without'), '123456'), 'SECOND_FACTOR_NOT_FOUND');
  });

  it('answers no codes and confirms nothing when it is only tried', async () => {
    const { customerId, username, secret } = await anUnconfirmedApp();
    expect((await confirm(customerId, appCode(secret), true)).recoveryCodes).to.deep.equal([]);
    await logIn(bank, { username });
  });
});
