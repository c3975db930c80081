import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, registerPerson, told } from '../../_testbed/opening.ts';
import { as, of } from '../testing.ts';
import { aSchedule, dayIn, SCHEDULING } from '../testing-schedules.ts';

describe('GetScheduledPayment', () => {
  const bank = useBank(SCHEDULING);

  it('shows it to whoever sees the account, and without the names of staff', async () => {
    const [jana, petr] = [await registerPerson(bank()), await registerPerson(bank())];
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), { owners: [petr] })];
    const request = aSchedule(mine, his, await dayIn(bank(), 1));
    const { scheduledPayment } = await as(bank(), 'TELLER').schedulePayment(request);
    const { scheduledPaymentId = '' } = scheduledPayment ?? {};
    const actors = async (client: ReturnType<typeof of>) =>
      (await client.getScheduledPayment({ scheduledPaymentId })).scheduledPayment?.changes.map(
        ({ actorId }) => actorId,
      );
    expect(await actors(of(bank(), jana))).to.deep.equal(['']);
    expect((await actors(as(bank(), 'AUDITOR')))?.[0]).to.match(/^stf_/);
    // Whom it pays does not see it.
    const foreign = await refused(
      of(bank(), petr).getScheduledPayment({ scheduledPaymentId }),
      'SCHEDULED_PAYMENT_NOT_FOUND',
    );
    const none = { scheduledPaymentId: 'scp_none' };
    expect(
      told(await refused(of(bank(), petr).getScheduledPayment(none), 'SCHEDULED_PAYMENT_NOT_FOUND')),
    ).to.deep.equal(told(foreign));
    await refused(as(bank(), 'TELLER').getScheduledPayment(none), 'SCHEDULED_PAYMENT_NOT_FOUND');
  });
});
