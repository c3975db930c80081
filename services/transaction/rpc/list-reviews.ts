import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { ListReviewsRequestSchema, type TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import type { ReviewState } from '../domain/words.ts';
import { transactionMessage } from '../messages.ts';
import { asBooked } from '../reading.ts';
import { type ReviewRow, selectReviews } from '../review-tables.ts';
import { REVIEW_STATES } from '../reviews.ts';
import { orderFrom } from '../tables.ts';

/** Lists reviews, those that began first first. */
export function listReviews(context: Context): Rpcs<typeof TransactionService>['listReviews'] {
  const { database, pages } = context;
  return async (request, call) => {
    const { size, after } = pages.read(ListReviewsRequestSchema, request);
    const state = (Object.keys(REVIEW_STATES) as ReviewState[]).find((word) => REVIEW_STATES[word] === request.state);
    const rows = await database.query(selectReviews(state, after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      reviews: await Promise.all(shown.map((row) => reviewMessage(context, row, call))),
      nextPageToken: rows.length > size && last ? pages.next(ListReviewsRequestSchema, request, [last.id]) : '',
    };
  };
}

async function reviewMessage(context: Context, row: ReviewRow, call: Call) {
  const {
    reviewState,
    reasons,
    score,
    policyVersion,
    expireDate,
    reviewMs,
    decideMs,
    deciderId,
    approverId,
    matches,
    ...raw
  } = row;
  const order = await asBooked(context, orderFrom(raw), call);
  return {
    transaction: await transactionMessage(context.vault, order),
    state: REVIEW_STATES[reviewState],
    reasons,
    score,
    policyVersion,
    expireDate: expireDate ?? '',
    createTime: timestampFromMs(Math.floor(reviewMs)),
    ...(decideMs !== null && { decideTime: timestampFromMs(Math.floor(decideMs)) }),
    deciderId,
    approverId,
    matches: matches.map((match) => ({ ...match })),
  };
}
