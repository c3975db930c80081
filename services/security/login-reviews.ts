// How the reviews of logins are shown to those who decide.
import { create, fromBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { openOrigin } from '#chassis/call-context.ts';
import {
  type LoginReview,
  LoginReviewSchema,
  LoginReviewState as State,
} from '#gen/bank/security/v1/login_review_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import type { LoginReviewRow, LoginReviewState } from './login-tables.ts';
import { reasonOf } from './logins.ts';

const STATES: Readonly<Record<LoginReviewState | 'expired', State>> = {
  open: State.OPEN,
  released: State.RELEASED,
  refused: State.REFUSED,
  used: State.USED,
  expired: State.EXPIRED,
};

/** Where a review is now. */
export function stateNow({ state, expireMs }: LoginReviewRow, now: Date): LoginReviewState | 'expired' {
  return state !== 'used' && expireMs <= now.getTime() ? 'expired' : state;
}

/** The word of a state of the contract. */
export function stateWord(state: State): LoginReviewState | 'expired' | undefined {
  return (Object.keys(STATES) as (LoginReviewState | 'expired')[]).find((word) => STATES[word] === state);
}

/** A review as the contract shows it. */
export async function shownReview({ vault, now }: Context, row: LoginReviewRow): Promise<LoginReview> {
  const origin = row.origin && (await openOrigin(vault, fromBinary(SealedSchema, row.origin)));
  return create(LoginReviewSchema, {
    loginReviewId: row.id,
    partyId: row.partyId,
    state: STATES[stateNow(row, now())],
    reasons: row.reasons.map(reasonOf),
    score: row.score,
    policyVersion: row.policyVersion,
    address: origin?.address ?? '',
    userAgent: origin?.userAgent ?? '',
    createTime: timestampFromMs(row.createMs),
    expireTime: timestampFromMs(row.expireMs),
    ...(row.decideMs !== null && { decideTime: timestampFromMs(row.decideMs) }),
    deciderId: row.deciderId,
  });
}
