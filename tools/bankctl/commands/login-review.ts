import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type LoginReview, LoginReviewDecision, LoginReviewState } from '#gen/bank/security/v1/login_review_pb.ts';
import { LoginReason } from '#gen/bank/security/v1/scoring_pb.ts';
import {
  DecideLoginReviewResponseSchema,
  ListLoginReviewsResponseSchema,
  SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

/** Lists reviews of logins. */
export async function listLoginReviews(
  { bank, out }: Session,
  { limit, state }: ListOptions & { state?: string },
): Promise<void> {
  const states: Readonly<Record<string, LoginReviewState>> = LoginReviewState;
  const wanted = states[state?.toUpperCase() ?? ''] ?? LoginReviewState.UNSPECIFIED;
  const service = bank().client(SecurityService);
  const loginReviews: LoginReview[] = [];
  for await (const page of pagesOf((asked) => service.listLoginReviews({ ...asked, state: wanted }), limit)) {
    loginReviews.push(...page.loginReviews);
  }
  const all = create(ListLoginReviewsResponseSchema, { loginReviews });
  await out.message(ListLoginReviewsResponseSchema, all, () => reviewsText(loginReviews));
}

/** Decides on a login that is held. */
export async function decideLoginReview(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  loginReviewId = '',
  decided = '',
): Promise<void> {
  const decision = decided === 'release' ? LoginReviewDecision.RELEASE : LoginReviewDecision.REFUSE;
  const order = { requestId, validateOnly, loginReviewId, decision };
  const answer = await bank().client(SecurityService).decideLoginReview(order);
  await out.message(DecideLoginReviewResponseSchema, answer, () =>
    reviewsText(answer.loginReview ? [answer.loginReview] : []),
  );
}

function reviewsText(reviews: readonly LoginReview[]): Promise<string> {
  return table(
    ['review', 'whose', 'state', 'score', 'reasons', 'from', 'device', 'began', 'until', 'decided by'],
    reviews.map((one) => [
      one.loginReviewId,
      one.partyId,
      word(LoginReviewState, one.state),
      String(one.score),
      one.reasons.map((reason) => word(LoginReason, reason)).join(', '),
      one.address,
      one.userAgent,
      time(one.createTime),
      time(one.expireTime),
      one.deciderId,
    ]),
    ['score'],
  );
}
