import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount } from '../../_testbed/opening.ts';
import { aRequestId, as, czk } from '../testing.ts';
import { SCHEDULING } from '../testing-schedules.ts';

describe('BatchImportScheduledPayments', () => {
  const bank = useBank(SCHEDULING);
  const anOrder = (debtorAccountId: string, terms: object = {}) => ({
    requestId: aRequestId(),
    externalReference: `order-${aRequestId()}`,
    debtorAccountId,
    amount: czk('2523.20'),
    ...terms,
  });

  it('brings each in as a call of its own, and refuses one without the others', async () => {
    const { accountId } = await openAccount(bank(), { migrating: true });
    const first = anOrder(accountId);
    const scheduledPayments = [
      first,
      anOrder(accountId, { recurrenceRule: 'FREQ=MONTHLY;COUNT=2' }),
      anOrder('acc_of_nobody'),
      anOrder(accountId, { recurrenceRule: 'FREQ=MONTHLY;BYMONTHDAY=5' }),
    ];
    const bring = () => as(bank(), 'BACK_OFFICE').batchImportScheduledPayments({ scheduledPayments });
    const { outcomes } = await bring();
    expect(outcomes.map(({ refusal }) => refusal?.detail?.reason)).to.deep.equal([
      undefined,
      'RECURRENCE_RULE_INVALID',
      'ACCOUNT_NOT_FOUND',
      undefined,
    ]);
    expect((await bring()).outcomes).to.deep.equal(outcomes);
    // The keys are those of ImportScheduledPayment: what one of them did, the other answers.
    const alone = await as(bank(), 'BACK_OFFICE').importScheduledPayment(first);
    expect(alone.scheduledPayment).to.deep.equal(outcomes[0]?.scheduledPayment);
  });

  it('is for back office alone', async () => {
    const scheduledPayments = [anOrder('acc_of_nobody')];
    await refused(as(bank(), 'TELLER').batchImportScheduledPayments({ scheduledPayments }), 'CALLER_NOT_ALLOWED');
  });
});
