import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { partner, refused, staff, useService } from '#chassis/testing/service.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import {
  aCustomerWithApp,
  anEnrolledCustomer,
  anEnrolledStaffMember,
  appCode,
  asCustomer,
  expectNowhere,
  failuresOf,
  logIn,
  PASSWORD,
  unique,
} from '../testing.ts';

describe('EnrolTotp', () => {
  const bank = useService(security);
  const enrol = (customerId: string, changes: { password?: string; validateOnly?: boolean } = {}) =>
    asCustomer(bank, customerId).enrolTotp({ requestId: unique('app'), password: PASSWORD, ...changes });

  it('answers a secret that is kept sealed, and changes nothing until it is confirmed', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const { secret, otpauthUri } = await enrol(customerId);
    expect(secret).to.match(/^[A-Z2-7]{32}$/);
    expect(new URL(otpauthUri).searchParams.get('secret')).to.equal(secret);
    await expectNowhere(bank.database, [secret]);
    await logIn(bank, { username });
  });

  it('replaces a secret that was not confirmed', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const [first, second] = [await enrol(customerId), await enrol(customerId)];
    const confirm = (code: string) => asCustomer(bank, customerId).confirmTotp({ requestId: unique('c'), code });
    await refused(confirm(appCode(first.secret)), 'PROOF_REFUSED');
    await confirm(appCode(second.secret));
  });

  it('refuses a second app', async () => {
    const { customerId } = await aCustomerWithApp(bank);
    await refused(enrol(customerId), 'SECOND_FACTOR_EXISTS');
  });

  it('asks for the password, and counts wrong ones as LogIn does', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    for (const password of ['one', 'two', 'three']) await refused(enrol(customerId, { password }), 'PROOF_REFUSED');
    expect(await failuresOf(bank.database, customerId)).to.equal(3);
    await refused(enrol(customerId), 'PROOF_REFUSED');
    await refused(logIn(bank, { username }), 'LOGIN_REFUSED');
    await refused(enrol(unique('cus_without')), 'PROOF_REFUSED');
  });

  it('answers nothing and keeps nothing when it is only tried', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    expect((await enrol(customerId, { validateOnly: true })).secret).to.equal('');
    expect(await bank.database.query('select from totp where party_id = $1', [customerId])).to.have.length(0);
  });

  it('is for staff too, and for nobody who logs in otherwise', async () => {
    const { staffId } = await anEnrolledStaffMember(bank, 'TELLER');
    const order = { requestId: unique('app'), password: PASSWORD };
    const oneself = bank.asPrincipal(create(ActorSchema, { ...staff('TELLER'), partyId: staffId }));
    expect((await oneself.enrolTotp(order)).secret).to.have.length(32);
    await refused(bank.asPrincipal(partner('ptn_acme')).enrolTotp(order), 'CALLER_NOT_ALLOWED');
  });
});
