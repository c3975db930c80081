import type { Rpcs } from '#chassis/serve.ts';
import {
  ListProductNewsRequestSchema,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { selectNews } from '../news-tables.ts';
import { newsMessage } from '../product-news.ts';

/** Lists news of products, the latest first. */
export function listProductNews({ database, pages }: Context): Rpcs<typeof NotificationService>['listProductNews'] {
  return async (request) => {
    const { size, after } = pages.read(ListProductNewsRequestSchema, request);
    const rows = await database.query(selectNews(after?.[0], size + 1));
    const page = rows.slice(0, size);
    const last = rows.length > page.length ? page.at(-1) : undefined;
    return {
      news: page.map(newsMessage),
      nextPageToken: last ? pages.next(ListProductNewsRequestSchema, request, [last.id]) : '',
    };
  };
}
