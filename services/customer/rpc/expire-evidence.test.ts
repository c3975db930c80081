import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';
import { requireVerification, tierOf, verified } from '../testing-kyc.ts';

describe('ExpireEvidence', () => {
  const bank = useService(customer);
  const expire = (businessDate: string, requestId = unique('expire')) =>
    bank.as('account').expireEvidence({ requestId, businessDate });
  before(() => requireVerification(bank));

  it('reminds of what is soon over, and ends what the day was the last for, with the tier that it gave, once; and says when nothing is left', async () => {
    const customerId = await registered(bank.asPrincipal(staff('BACK_OFFICE')));
    const { evidenceId, expireDate } = await verified(bank, customerId);
    const daysBefore = (days: number) => Temporal.PlainDate.from(expireDate).subtract({ days }).toString();
    expect((await expire(daysBefore(31))).customerCount).to.equal(0);
    expect((await expire(daysBefore(30))).customerCount, 'reminded').to.equal(1);
    expect((await expire(daysBefore(1))).customerCount, 'reminded before').to.equal(0);
    expect(await tierOf(bank, customerId)).to.equal('known');
    const requestId = unique('expire');
    expect((await expire(expireDate, requestId)).customerCount).to.equal(1);
    expect((await expire(expireDate, requestId)).customerCount, 'repeated').to.equal(1);
    expect((await expire(expireDate)).customerCount).to.equal(0);
    expect(await tierOf(bank, customerId)).to.equal('entry');
    expect((await eventsOf(bank.database, evidenceId)).slice(-2)).to.deep.equal([
      'EvidenceExpiring 3',
      'EvidenceDecided 4',
    ]);
    await refused(
      bank.asPrincipal(staff('COMPLIANCE')).expireEvidence({ businessDate: expireDate }),
      'CALLER_NOT_ALLOWED',
    );
    await refused(expire('2026-02-30'), 'REQUEST_INVALID');
  });
});
