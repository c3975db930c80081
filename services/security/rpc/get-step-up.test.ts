import { expect } from 'chai';
import { refused, useService } from '#chassis/testing/service.ts';
import { StepUpMethod, StepUpState } from '#gen/bank/security/v1/step_up_pb.ts';
import { security } from '../service.ts';
import { aCustomerWithApp, anEnrolledCustomer, aPasskey, asCustomer } from '../testing.ts';
import { aPayment, challengeOf, mayPay, optionsOf, proveBySignature } from '../testing-step-ups.ts';

describe('GetStepUp', () => {
  const bank = useService(security);

  it('shows the payment that is proved, and with what; a passkey is to sign the hash of the payment', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const payment = aPayment(customerId);
    const stepUpId = await challengeOf(bank, payment);
    const read = () => asCustomer(bank, customerId).getStepUp({ stepUpId });
    const { stepUp, methods, passkeyOptionsJson } = await read();
    expect(methods).to.deep.equal([StepUpMethod.PASSKEY]);
    expect(stepUp).to.include({ stepUpId, rpc: payment.rpc, state: StepUpState.OPEN });
    const { debtorAccountId, creditorAccountId } = payment;
    expect(stepUp?.payment).to.include({ debtorAccountId, creditorAccountId });
    expect(stepUp?.payment?.amount).to.include({ currencyCode: 'CZK', amount: '600000.00' });
    const options = JSON.parse(passkeyOptionsJson) as { challenge: string; allowCredentials: { id: string }[] };
    const [row] = await bank.database.query<{ link: Buffer }>('select link from step_up where id = $1', [stepUpId]);
    expect(options.challenge).to.equal(row?.link.toString('base64url'));
    expect(options.allowCredentials.map(({ id }) => id)).to.deep.equal([made.passkeyId]);
    await proveBySignature(bank, customerId, stepUpId, made.use(await optionsOf(bank, customerId, stepUpId)));
    expect((await read()).stepUp?.state).to.equal(StepUpState.PROVED);
    await mayPay(bank, payment);
    expect((await read()).stepUp?.state).to.equal(StepUpState.USED);
  });

  it('names the app alone to who has no passkey', async () => {
    const { customerId } = await aCustomerWithApp(bank);
    const stepUpId = await challengeOf(bank, aPayment(customerId));
    const answer = await asCustomer(bank, customerId).getStepUp({ stepUpId });
    expect(answer).to.deep.include({ methods: [StepUpMethod.TOTP], passkeyOptionsJson: '' });
  });

  it('finds another’s no more than one that there is not', async () => {
    const [who, other] = [await aCustomerWithApp(bank), await aCustomerWithApp(bank)];
    const foreign = await challengeOf(bank, aPayment(other.customerId));
    for (const stepUpId of [foreign, 'stp_none']) {
      await refused(asCustomer(bank, who.customerId).getStepUp({ stepUpId }), 'STEP_UP_NOT_FOUND');
    }
  });
});
