import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { PartnerState } from '#gen/bank/security/v1/partner_pb.ts';
import { security } from '../service.ts';
import { approved, unique } from '../testing.ts';
import { aPartner, suspend, tokenRequest } from '../testing-partners.ts';

describe('ResumePartner', () => {
  const bank = useService(security);
  const resume = (partnerId: string) => approved(bank).resumePartner({ requestId: unique('resume'), partnerId });

  it('lets a partner get tokens again; those of before stay over', async () => {
    const partner = await aPartner(bank);
    const { accessToken } = await bank.as('edge').issuePartnerToken(await tokenRequest(partner));
    await suspend(bank, partner.partnerId);
    expect((await resume(partner.partnerId)).partner).to.include({ state: PartnerState.ACTIVE, etag: '3' });
    const again = await bank.as('edge').issuePartnerToken(await tokenRequest(partner));
    await bank.as('edge').exchangeToken({ subjectToken: again.accessToken, audience: 'ledger' });
    await refused(bank.as('edge').exchangeToken({ subjectToken: accessToken, audience: 'ledger' }), 'SESSION_ENDED');
    const told = await eventsOf(bank.database, partner.partnerId);
    expect(told).to.deep.equal(['PartnerRegistered 1', 'PartnerSuspended 2', 'PartnerResumed 3']);
  });

  it('refuses who is unknown or not suspended, and whoever is alone', async () => {
    await refused(resume('ptn_none'), 'PARTNER_NOT_FOUND');
    const { partnerId } = await aPartner(bank);
    await refused(resume(partnerId), 'PARTNER_ACTIVE');
    await suspend(bank, partnerId);
    const alone = bank.asPrincipal(staff('ADMINISTRATOR')).resumePartner({ requestId: unique('alone'), partnerId });
    await refused(alone, 'CALLER_NOT_ALLOWED');
  });
});
