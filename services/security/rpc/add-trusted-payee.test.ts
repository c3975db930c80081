import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { customer, refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, aPasskey, asCustomer, provedBy, unique } from '../testing.ts';
import { aPayment, challengeOf } from '../testing-step-ups.ts';

describe('AddTrustedPayee', () => {
  const bank = useService(security);

  async function aCustomer() {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const add = (order: { requestId: string; creditorAccountId: string; validateOnly?: boolean }) =>
      asCustomer(bank, customerId).addTrustedPayee(order);
    return { customerId, made, add };
  }

  it('trusts a payee once it is proved, and answers a repeat as before without another proof', async () => {
    const { customerId, made, add } = await aCustomer();
    const order = { requestId: unique('trust'), creditorAccountId: 'acc_petr' };
    const { trustedPayee } = await provedBy(bank, customerId, made, () => add(order));
    expect(trustedPayee).to.include({ creditorAccountId: 'acc_petr' });
    expect(await add(order)).to.deep.include({ trustedPayee });
    expect(await eventsOf(bank.database, trustedPayee?.trustedPayeeId ?? '')).to.deep.equal(['TrustedPayeeAdded 1']);
    const again = { ...order, requestId: unique('trust') };
    expect(await provedBy(bank, customerId, made, () => add(again))).to.deep.include({ trustedPayee });
  });

  it('refuses another payee than the one that was proved', async () => {
    const { customerId, made, add } = await aCustomer();
    const order = { requestId: unique('trust'), creditorAccountId: 'acc_petr' };
    const changed = { ...order, creditorAccountId: 'acc_mallory' };
    await refused(add(order), 'STEP_UP_REQUIRED');
    await refused(add(changed), 'STEP_UP_MISMATCH');
    await provedBy(bank, customerId, made, () => add(order));
    await refused(add(changed), 'STEP_UP_MISMATCH');
    const { trustedPayees } = await asCustomer(bank, customerId).listTrustedPayees({});
    expect(trustedPayees.map(({ creditorAccountId }) => creditorAccountId)).to.deep.equal(['acc_petr']);
  });

  it('is refused to who has nothing to prove it with, until they have', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const order = { requestId: unique('trust'), creditorAccountId: 'acc_petr' };
    const add = () => asCustomer(bank, customerId).addTrustedPayee(order);
    await refused(add(), 'STEP_UP_UNAVAILABLE');
    const made = await aPasskey(bank, customerId);
    await provedBy(bank, customerId, made, add);
  });

  it('keeps a hundred at most', async () => {
    const { customerId, made, add } = await aCustomer();
    await bank.database.query(
      `insert into trusted_payee select 'tpy_' || $1 || n, $1, 'acc_' || n, now() from generate_series(1, 100) n`,
      [customerId],
    );
    const order = { requestId: unique('trust'), creditorAccountId: 'acc_petr' };
    await refused(
      provedBy(bank, customerId, made, () => add(order)),
      'TRUSTED_PAYEE_LIMIT',
    );
  });

  it('is asked for by the edge alone: its proof is no payment’s', async () => {
    const { customerId, add } = await aCustomer();
    const order = { requestId: unique('trust'), creditorAccountId: 'acc_petr' };
    const { metadata } = await refused(add(order), 'STEP_UP_REQUIRED');
    const payment = aPayment(customerId, { requestId: order.requestId, actor: customer(customerId) });
    expect(await challengeOf(bank, payment)).not.to.equal(metadata['step_up_id']);
  });
});
