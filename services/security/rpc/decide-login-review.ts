import type { Rpcs } from '#chassis/serve.ts';
import { LoginReviewDecision } from '#gen/bank/security/v1/login_review_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { loginReviewDecided } from '../events.ts';
import { shownReview, stateNow } from '../login-reviews.ts';
import { decideReview, lockLoginReview } from '../login-tables.ts';
import { REVIEW_MS } from '../logins.ts';

/** Decides on a login that is held. */
export function decideLoginReview(context: Context): Rpcs<typeof SecurityService>['decideLoginReview'] {
  return (request, call) =>
    context.commands.run(Contract.method.decideLoginReview, request, call, {
      decide: async (tx) => {
        const { partyId: deciderId } = callerOf(call);
        const now = context.now();
        const [row] = await tx.query(lockLoginReview(request.loginReviewId));
        if (!row) throw refuse('LOGIN_REVIEW_NOT_FOUND');
        if (row.partyId === deciderId) throw refuse('APPROVER_NOT_ALLOWED');
        if (stateNow(row, now) !== 'open') throw refuse('LOGIN_REVIEW_NOT_OPEN');
        const { id, partyId } = row;
        const state = request.decision === LoginReviewDecision.RELEASE ? 'released' : 'refused';
        const expireTime = new Date(now.getTime() + REVIEW_MS);
        await tx.execute(decideReview(id, { state, deciderId, now, expireTime }));
        loginReviewDecided(tx, { loginReviewId: id, partyId, decision: request.decision });
        tx.record({ resourceIds: [id], partyId });
        const decided = { state, deciderId, decideMs: now.getTime(), expireMs: expireTime.getTime() } as const;
        return { loginReview: await shownReview(context, { ...row, ...decided }) };
      },
    });
}
