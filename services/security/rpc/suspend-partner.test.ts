import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { PartnerState } from '#gen/bank/security/v1/partner_pb.ts';
import { security } from '../service.ts';
import { verifyToken } from '../testing.ts';
import { aPartner, suspend, tokenRequest } from '../testing-partners.ts';

describe('SuspendPartner', () => {
  const bank = useService(security);

  it('ends the tokens of a partner, which the edge is told as it is told of revoked sessions', async () => {
    const partner = await aPartner(bank);
    const { accessToken } = await bank.as('edge').issuePartnerToken(await tokenRequest(partner));
    const { principal } = await verifyToken(bank, accessToken);
    const answer = await suspend(bank, partner.partnerId);
    expect(answer.partner).to.include({ state: PartnerState.SUSPENDED, etag: '2' });
    const { sessions } = await bank.as('edge').listRevokedSessions({});
    expect(sessions.map(({ sessionId }) => sessionId)).to.include(principal.sessionId);
    expect(await eventsOf(bank.database, principal.sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
    expect(await eventsOf(bank.database, partner.partnerId)).to.deep.equal([
      'PartnerRegistered 1',
      'PartnerSuspended 2',
    ]);
    await refused(bank.as('edge').exchangeToken({ subjectToken: accessToken, audience: 'ledger' }), 'SESSION_ENDED');
  });

  it('refuses who is unknown or suspended already', async () => {
    await refused(suspend(bank, 'ptn_none'), 'PARTNER_NOT_FOUND');
    const { partnerId } = await aPartner(bank);
    await suspend(bank, partnerId);
    await refused(suspend(bank, partnerId), 'PARTNER_SUSPENDED');
  });
});
