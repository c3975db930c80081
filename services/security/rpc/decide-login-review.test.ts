import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { LoginReviewDecision, LoginReviewState } from '#gen/bank/security/v1/login_review_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';
import { ABROAD, aHeldLogin, failTries, HOME, logInFrom } from '../testing-logins.ts';

describe('DecideLoginReview', () => {
  const bank = useService(security);
  const { RELEASE, REFUSE } = LoginReviewDecision;
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const order = (loginReviewId: string, decision: LoginReviewDecision, validateOnly = false) => ({
    requestId: unique('decide'),
    loginReviewId,
    decision,
    validateOnly,
  });
  const decide = (...args: Parameters<typeof order>) => officer().decideLoginReview(order(...args));

  it('lets the next login from that device pass, once, of many at the same time too', async () => {
    const { customerId, username, loginReviewId } = await aHeldLogin(bank);
    const decided = order(loginReviewId, RELEASE);
    const { loginReview } = await officer().decideLoginReview(decided);
    expect(loginReview).to.deep.include({
      state: LoginReviewState.RELEASED,
      partyId: customerId,
      deciderId: 'stf_compliance',
      ...ABROAD,
    });
    expect((await officer().decideLoginReview(decided)).loginReview).to.deep.equal(loginReview);
    const [record] = await recordsOf(bank.database, decided.requestId);
    expect(record?.resourceIds).to.deep.equal([loginReviewId]);
    expect(await eventsOf(bank.database, loginReviewId)).to.deep.equal([
      'LoginHeldForReview 1',
      'LoginReviewDecided 2',
    ]);
    // Of another device nothing was decided.
    await refused(logInFrom(bank, { ...ABROAD, userAgent: 'Opera' }, { username }), 'LOGIN_HELD');
    await failTries(bank, customerId, 3);
    const tries = await Promise.allSettled([1, 2, 3].map(() => logInFrom(bank, ABROAD, { username })));
    // One that was looked at when another had passed comes from a device that is known by then.
    const held = tries.flatMap((tried) => (tried.status === 'rejected' ? [tried.reason.reason] : []));
    // Refused is whose tries were counted anew meanwhile.
    for (const reason of held) expect(reason).to.be.oneOf(['LOGIN_HELD', 'LOGIN_REFUSED']);
    const passed = "select reasons from session where party_id = $1 and 'NEW_DEVICE' = any(reasons)";
    expect(await bank.database.query(passed, [customerId])).to.deep.equal([
      { reasons: ['NEW_DEVICE', 'FAILED_TRIES'] },
    ]);
    const [used] = (await officer().listLoginReviews({ state: LoginReviewState.USED })).loginReviews;
    expect(used?.loginReviewId).to.equal(loginReviewId);
    // The device is known from now on.
    await failTries(bank, customerId, 3);
    await logInFrom(bank, ABROAD, { username });
  });

  it('refuses logins that would be held, and no others', async () => {
    const { customerId, username, loginReviewId } = await aHeldLogin(bank);
    const { loginReview } = await decide(loginReviewId, REFUSE);
    expect(loginReview?.state).to.equal(LoginReviewState.REFUSED);
    await refused(logInFrom(bank, ABROAD, { username }), 'LOGIN_REFUSED');
    await failTries(bank, customerId, 3);
    await logInFrom(bank, HOME, { username });
  });

  it('is done once, and while the review is open', async () => {
    const [first, second] = [await aHeldLogin(bank), await aHeldLogin(bank)];
    await decide(first.loginReviewId, RELEASE, true);
    const both = await Promise.allSettled([RELEASE, REFUSE].map((one) => decide(first.loginReviewId, one)));
    expect(both.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    await refused(decide(first.loginReviewId, RELEASE), 'LOGIN_REVIEW_NOT_OPEN');
    await bank.database.query('update login_review set expire_time = now() where id = $1', [second.loginReviewId]);
    await refused(decide(second.loginReviewId, RELEASE), 'LOGIN_REVIEW_NOT_OPEN');
    await refused(decide('lrv_none', RELEASE), 'LOGIN_REVIEW_NOT_FOUND');
    // What has expired begins anew.
    await refused(logInFrom(bank, ABROAD, { username: second.username }), 'LOGIN_HELD');
    const open = (await officer().listLoginReviews({ state: LoginReviewState.OPEN })).loginReviews;
    expect(open[0]?.partyId).to.equal(second.customerId);
    expect(open[0]?.loginReviewId).not.to.equal(second.loginReviewId);
  });

  it('is for compliance, and for nobody about their own', async () => {
    const { customerId, loginReviewId } = await aHeldLogin(bank);
    const oneself = bank.asPrincipal(create(ActorSchema, { ...staff('COMPLIANCE'), partyId: customerId }));
    await refused(oneself.decideLoginReview(order(loginReviewId, RELEASE)), 'APPROVER_NOT_ALLOWED');
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    await refused(auditor.decideLoginReview(order(loginReviewId, RELEASE)), 'CALLER_NOT_ALLOWED');
  });
});
