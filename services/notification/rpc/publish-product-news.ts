import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { ProductNewsText } from '#gen/bank/notification/v1/product_news_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { LOCALES } from '../domain/words.ts';
import { insertNews, type NewsTexts } from '../news-tables.ts';
import { newsMessage } from '../product-news.ts';

/** Publishes news of products to whoever has consented to them. */
export function publishProductNews({ commands }: Context): Rpcs<typeof NotificationService>['publishProductNews'] {
  return (request, call) =>
    commands.run(Contract.method.publishProductNews, request, call, {
      decide: async (tx) => {
        const { partyId: authorId = '', approverId = '' } = call.principal ?? {};
        const texts = textsOf(request.texts);
        const begun = { published: false, toldCount: 0, reachedPartyId: '' };
        const news = { id: newId('nws'), texts, authorId, approverId, createMs: Date.now(), ...begun };
        await tx.execute(insertNews(news));
        tx.record({ resourceIds: [news.id], partyId: authorId });
        return { news: newsMessage(news) };
      },
    });
}

/** A text in each language. */
function textsOf(given: readonly ProductNewsText[]): NewsTexts {
  const texts = new Map(given.map(({ locale, headline, text }) => [locale, { headline, text }]));
  const isWhole = given.length === LOCALES.length && LOCALES.every((locale) => texts.has(locale));
  if (!isWhole) throw refuse('LOCALE_UNKNOWN');
  return Object.fromEntries(texts) as NewsTexts;
}
