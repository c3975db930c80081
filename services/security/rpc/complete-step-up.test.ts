import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import {
  aCustomerWithApp,
  anEnrolledCustomer,
  aPasskey,
  appCode,
  asCustomer,
  expectNowhere,
  failuresOf,
  passkeyLogin,
  unique,
} from '../testing.ts';
import { authenticator } from '../testing-authenticator.ts';
import { aPayment, challengeOf, mayPay, optionsOf, proveByCode, proveBySignature } from '../testing-step-ups.ts';

describe('CompleteStepUp', () => {
  const bank = useService(security);

  it('takes a code of the app once, and for one challenge', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    const [first, second] = [aPayment(customerId), aPayment(customerId)];
    const [one, other] = [await challengeOf(bank, first), await challengeOf(bank, second)];
    const code = appCode(secret, 1);
    await proveByCode(bank, customerId, one, code);
    await refused(proveByCode(bank, customerId, other, code), 'PROOF_REFUSED');
    await refused(proveByCode(bank, customerId, one, appCode(secret, 2)), 'STEP_UP_NOT_OPEN');
    await mayPay(bank, first);
    await refused(mayPay(bank, second), 'STEP_UP_REQUIRED');
  });

  it('takes no recovery code, and no code of an app that there is not', async () => {
    const { customerId, recoveryCodes } = await aCustomerWithApp(bank);
    const stepUpId = await challengeOf(bank, aPayment(customerId));
    await refused(proveByCode(bank, customerId, stepUpId, recoveryCodes[0] ?? ''), 'PROOF_REFUSED');
    const other = await anEnrolledCustomer(bank);
    await aPasskey(bank, other.customerId);
    const theirs = await challengeOf(bank, aPayment(other.customerId));
    for (const code of ['123456', '']) {
      await refused(proveByCode(bank, other.customerId, theirs, code), code ? 'PROOF_REFUSED' : 'REQUEST_INVALID');
    }
  });

  for (const algorithm of ['ES256', 'EdDSA'] as const) {
    it(`takes what a passkey signed of this very payment, with ${algorithm}, and of nothing else`, async () => {
      const { customerId } = await anEnrolledCustomer(bank);
      const made = await aPasskey(bank, customerId, authenticator(algorithm));
      const [first, second] = [aPayment(customerId), aPayment(customerId)];
      const [one, other] = [await challengeOf(bank, first), await challengeOf(bank, second)];
      const signed = made.use(await optionsOf(bank, customerId, one));
      await refused(proveBySignature(bank, customerId, other, signed), 'PROOF_REFUSED');
      await refused(proveBySignature(bank, customerId, other, made.use(await passkeyLogin(bank))), 'PROOF_REFUSED');
      await proveBySignature(bank, customerId, one, signed);
      await mayPay(bank, first);
      await refused(mayPay(bank, second), 'STEP_UP_REQUIRED');
    });
  }

  it('refuses what was tampered with, signed elsewhere or by nobody, by a stranger’s passkey, or is nonsense', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const stranger = await anEnrolledCustomer(bank);
    const theirs = await aPasskey(bank, stranger.customerId);
    for (const misdeed of [{ tampered: true }, { origin: 'https://evil.example' }, { unverified: true }]) {
      const stepUpId = await challengeOf(bank, aPayment(customerId));
      const signed = made.use(await optionsOf(bank, customerId, stepUpId), misdeed);
      await refused(proveBySignature(bank, customerId, stepUpId, signed), 'PROOF_REFUSED');
    }
    const stepUpId = await challengeOf(bank, aPayment(customerId));
    const options = await optionsOf(bank, customerId, stepUpId);
    for (const signed of [theirs.use(options), authenticator().use(options), 'null', '{"id":"\\u0000"}']) {
      await refused(proveBySignature(bank, customerId, stepUpId, signed), 'PROOF_REFUSED');
    }
    await refused(proveBySignature(bank, stranger.customerId, stepUpId, theirs.use(options)), 'STEP_UP_NOT_FOUND');
    await proveBySignature(bank, customerId, stepUpId, made.use(options));
  });

  it('tells five wrong proofs, and refuses the sixth and all that follow, even the right one', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const payment = aPayment(customerId);
    const stepUpId = await challengeOf(bank, payment);
    const options = await optionsOf(bank, customerId, stepUpId);
    const wrong = Array.from({ length: 5 }, () => proveBySignature(bank, customerId, stepUpId, '{}'));
    await Promise.all(wrong.map((proof) => refused(proof, 'PROOF_REFUSED')));
    for (const _turn of [6, 7]) {
      await refused(proveBySignature(bank, customerId, stepUpId, made.use(options)), 'STEP_UP_FAILED');
    }
    await refused(mayPay(bank, payment), 'STEP_UP_FAILED');
    const refusals = Array.from({ length: 8 }, (_, n) => `StepUpRefused ${n + 2}`);
    expect(await eventsOf(bank.database, stepUpId)).to.deep.equal(['StepUpRequired 1', ...refusals]);
    await refused(mayPay(bank, aPayment(customerId)), 'STEP_UP_REQUIRED');
  });

  it('counts wrong codes with those of logins: many challenges give no more tries', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    for (const _turn of [1, 2, 3]) {
      const stepUpId = await challengeOf(bank, aPayment(customerId));
      await refused(proveByCode(bank, customerId, stepUpId, '000000'), 'PROOF_REFUSED');
    }
    expect(await failuresOf(bank.database, customerId)).to.equal(3);
    const stepUpId = await challengeOf(bank, aPayment(customerId));
    await refused(proveByCode(bank, customerId, stepUpId, appCode(secret, 1)), 'PROOF_REFUSED');
  });

  it('keeps nothing of a proof, and answers a repeat so', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const stepUpId = await challengeOf(bank, aPayment(customerId));
    const value = made.use(await optionsOf(bank, customerId, stepUpId));
    const order = {
      requestId: unique('proof'),
      stepUpId,
      proof: { case: 'passkeyResponseJson' as const, value },
    };
    const customer = asCustomer(bank, customerId);
    await customer.completeStepUp({ ...order, validateOnly: true });
    await customer.completeStepUp(order);
    await refused(customer.completeStepUp(order), 'ANSWER_NOT_KEPT');
    const { response } = JSON.parse(value) as { response: { signature: string } };
    await expectNowhere(bank.database, [response.signature]);
  });
});
