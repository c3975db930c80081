import { expect } from 'chai';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { LoginReviewState } from '#gen/bank/security/v1/login_review_pb.ts';
import { LoginReason } from '#gen/bank/security/v1/scoring_pb.ts';
import { security } from '../service.ts';
import { ABROAD, aHeldLogin } from '../testing-logins.ts';

describe('ListLoginReviews', () => {
  const bank = useService(security);
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));

  it('shows what was held, why and whence, newest first, page by page, and by its state', async () => {
    const held = [await aHeldLogin(bank), await aHeldLogin(bank), await aHeldLogin(bank)];
    const [first, second, third] = held.map(({ loginReviewId }) => loginReviewId);
    const page = await auditor().listLoginReviews({ pageSize: 2 });
    expect(page.loginReviews.map(({ loginReviewId }) => loginReviewId)).to.deep.equal([third, second]);
    const rest = await auditor().listLoginReviews({ pageSize: 2, pageToken: page.nextPageToken });
    expect(rest.loginReviews.map(({ loginReviewId }) => loginReviewId)).to.deep.equal([first]);
    expect(rest.nextPageToken).to.equal('');
    const [review] = rest.loginReviews;
    expect(review).to.deep.include({
      partyId: held[0]?.customerId,
      state: LoginReviewState.OPEN,
      reasons: [LoginReason.NEW_DEVICE, LoginReason.FAILED_TRIES],
      score: 55,
      policyVersion: 0,
      deciderId: '',
      ...ABROAD,
    });
    await bank.database.query('update login_review set expire_time = now() where id = $1', [first]);
    const inState = async (state: LoginReviewState) =>
      (await auditor().listLoginReviews({ state })).loginReviews.map(({ loginReviewId }) => loginReviewId);
    expect(await inState(LoginReviewState.EXPIRED)).to.deep.equal([first]);
    expect(await inState(LoginReviewState.OPEN)).to.deep.equal([third, second]);
    expect(await inState(LoginReviewState.RELEASED)).to.deep.equal([]);
  });

  it('is for compliance and auditors', async () => {
    await bank.asPrincipal(staff('COMPLIANCE')).listLoginReviews({});
    for (const actor of [customer('cus_1'), staff('TELLER', 'ADMINISTRATOR')]) {
      await refused(bank.asPrincipal(actor).listLoginReviews({}), 'CALLER_NOT_ALLOWED');
    }
  });
});
