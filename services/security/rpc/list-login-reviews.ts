import type { Rpcs } from '#chassis/serve.ts';
import { ListLoginReviewsRequestSchema, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { shownReview, stateWord } from '../login-reviews.ts';
import { selectLoginReviews } from '../login-tables.ts';

/** Lists the reviews of logins, newest first. */
export function listLoginReviews(context: Context): Rpcs<typeof SecurityService>['listLoginReviews'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListLoginReviewsRequestSchema, request);
    const filter = { state: stateWord(request.state), now: context.now() };
    const rows = await database.query(selectLoginReviews({ ...filter, before: after?.[0], limit: size + 1 }));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      loginReviews: await Promise.all(page.map((row) => shownReview(context, row))),
      nextPageToken: rows.length > size && last ? pages.next(ListLoginReviewsRequestSchema, request, [last.id]) : '',
    };
  };
}
