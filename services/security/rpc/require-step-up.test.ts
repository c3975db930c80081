import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { aCustomerWithApp, anEnrolledCustomer, appCode, unique } from '../testing.ts';
import { aPayment, challengeOf, letExpire, mayPay, proveByCode } from '../testing-step-ups.ts';

describe('RequireStepUp', () => {
  const bank = useService(security);

  it('asks for a proof of the payment, the same one however often, and lets it go on for ever once it is proved', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    const payment = aPayment(customerId);
    const asked = await Promise.all([1, 2, 3].map(() => refused(mayPay(bank, payment), 'STEP_UP_REQUIRED')));
    expect(asked[0]?.metadata).to.include({ methods: 'TOTP' });
    expect(new Set(asked.map((refusal) => refusal.metadata['step_up_id'])).size).to.equal(1);
    const stepUpId = asked[0]?.metadata['step_up_id'] ?? '';
    await proveByCode(bank, customerId, stepUpId, appCode(secret, 1));
    await Promise.all([1, 2, 3].map(() => mayPay(bank, payment)));
    await letExpire(bank, stepUpId);
    await mayPay(bank, payment);
    expect(await eventsOf(bank.database, stepUpId)).to.deep.equal([
      'StepUpRequired 1',
      'StepUpProved 2',
      'StepUpUsed 3',
    ]);
  });

  it('refuses any change of what was proved, with its reason and an event, and lets the right one go on after all', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    const payment = aPayment(customerId);
    const stepUpId = await challengeOf(bank, payment);
    await proveByCode(bank, customerId, stepUpId, appCode(secret, 1));
    const changes = [
      { amount: { currencyCode: 'CZK', amount: '600000.01' } },
      { amount: { currencyCode: 'EUR', amount: '600000' } },
      { creditorAccountId: 'acc_other' },
      { debtorAccountId: 'acc_other' },
    ];
    for (const change of changes) {
      const { metadata } = await refused(
        mayPay(bank, aPayment(customerId, { ...payment, ...change })),
        'STEP_UP_MISMATCH',
      );
      expect(metadata).to.deep.equal({ step_up_id: stepUpId });
    }
    await mayPay(bank, aPayment(customerId, { ...payment, amount: { currencyCode: 'CZK', amount: '600000.00' } }));
    const events = await eventsOf(bank.database, stepUpId);
    expect(events.map((event) => event.split(' ')[0])).to.deep.equal([
      'StepUpRequired',
      'StepUpProved',
      ...changes.map(() => 'StepUpRefused'),
      'StepUpUsed',
    ]);
    await refused(
      mayPay(bank, aPayment(customerId, { ...payment, creditorAccountId: 'acc_other' })),
      'STEP_UP_MISMATCH',
    );
  });

  it('is of no use for another request, another RPC or another customer', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    const other = await aCustomerWithApp(bank);
    const payment = aPayment(customerId);
    await proveByCode(bank, customerId, await challengeOf(bank, payment), appCode(secret, 1));
    await mayPay(bank, payment);
    for (const change of [
      { requestId: unique('replay') },
      { rpc: 'bank.transaction.v1.TransactionService/PlaceHold' },
      { actor: aPayment(other.customerId).actor },
    ]) {
      await refused(mayPay(bank, aPayment(customerId, { ...payment, ...change })), 'STEP_UP_REQUIRED');
    }
  });

  it('refuses what was not proved, or not repeated, within five minutes', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    const [proved, unproved] = [aPayment(customerId), aPayment(customerId)];
    const ids = [await challengeOf(bank, proved), await challengeOf(bank, unproved)];
    await proveByCode(bank, customerId, ids[0] ?? '', appCode(secret, 1));
    for (const id of ids) await letExpire(bank, id);
    for (const payment of [proved, unproved]) await refused(mayPay(bank, payment), 'STEP_UP_EXPIRED');
    expect(await eventsOf(bank.database, ids[0] ?? '')).to.deep.equal([
      'StepUpRequired 1',
      'StepUpProved 2',
      'StepUpRefused 3',
    ]);
    await refused(proveByCode(bank, customerId, ids[1] ?? '', appCode(secret, 1)), 'STEP_UP_EXPIRED');
  });

  it('says of who has nothing to prove it with, that it cannot be asked for', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    for (const validateOnly of [false, true]) {
      await refused(mayPay(bank, aPayment(customerId, { validateOnly })), 'STEP_UP_UNAVAILABLE');
    }
  });

  it('makes and uses nothing when it is only asked', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    const payment = aPayment(customerId);
    const tried = aPayment(customerId, { ...payment, validateOnly: true });
    const { metadata } = await refused(mayPay(bank, tried), 'STEP_UP_REQUIRED');
    expect(metadata).to.deep.equal({ methods: 'TOTP' });
    const stepUpId = await challengeOf(bank, payment);
    await proveByCode(bank, customerId, stepUpId, appCode(secret, 1));
    await mayPay(bank, tried);
    await refused(mayPay(bank, aPayment(customerId, { ...tried, debtorAccountId: 'acc_other' })), 'STEP_UP_MISMATCH');
    expect(await eventsOf(bank.database, stepUpId)).to.deep.equal(['StepUpRequired 1', 'StepUpProved 2']);
  });

  it('refuses amounts that are none', async () => {
    const { customerId } = await aCustomerWithApp(bank);
    const nothing = { amount: { currencyCode: 'CZK', amount: '0' } };
    await refused(mayPay(bank, aPayment(customerId, nothing)), 'AMOUNT_NOT_POSITIVE');
  });
});
