// Between the row of news and the message of the contract.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type ProductNewsSchema, ProductNewsState } from '#gen/bank/notification/v1/product_news_pb.ts';
import { LOCALES } from './domain/words.ts';
import type { NewsRow } from './news-tables.ts';

/** The message of news of products. */
export function newsMessage(row: NewsRow): MessageInitShape<typeof ProductNewsSchema> {
  const { id, texts, authorId, approverId, createMs, published, toldCount } = row;
  return {
    productNewsId: id,
    texts: LOCALES.map((locale) => ({ locale, ...texts[locale] })),
    state: published ? ProductNewsState.PUBLISHED : ProductNewsState.PUBLISHING,
    toldCount,
    authorId,
    approverId,
    createTime: timestampFromMs(createMs),
  };
}
