import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Channel, type Delivery, DeliveryState } from '#gen/bank/notification/v1/notification_pb.ts';
import {
  ListDeadDeliveriesResponseSchema,
  ListDeliveriesResponseSchema,
  ListProductNewsResponseSchema,
  NotificationService,
  PublishProductNewsResponseSchema,
  RetryDeliveryResponseSchema,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import {
  type ProductNews,
  ProductNewsState,
  type ProductNewsTextSchema,
} from '#gen/bank/notification/v1/product_news_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

/** Lists what was sent to a customer. */
export async function listDeliveries({ bank, out }: Session, { limit }: ListOptions, customerId = ''): Promise<void> {
  const service = bank().client(NotificationService);
  const deliveries: Delivery[] = [];
  for await (const page of pagesOf((asked) => service.listDeliveries({ ...asked, customerId }), limit)) {
    deliveries.push(...page.deliveries);
  }
  const answer = create(ListDeliveriesResponseSchema, { deliveries });
  await out.message(ListDeliveriesResponseSchema, answer, () => deliveriesTable(deliveries));
}

/** Lists what came to nothing, of all customers. */
export async function listDead({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank().client(NotificationService);
  const deliveries: Delivery[] = [];
  for await (const page of pagesOf((asked) => service.listDeadDeliveries(asked), limit)) {
    deliveries.push(...page.deliveries);
  }
  const answer = create(ListDeadDeliveriesResponseSchema, { deliveries });
  await out.message(ListDeadDeliveriesResponseSchema, answer, () => deliveriesTable(deliveries));
}

function deliveriesTable(deliveries: readonly Delivery[]) {
  return table(
    ['customer', 'notice', 'way', 'what', 'state', 'tries', 'made', 'next', 'why'],
    deliveries.map((one) => [
      one.customerId,
      String(one.noticeNumber),
      word(Channel, one.channel),
      one.template,
      word(DeliveryState, one.state) + (one.sentWithNumber > 0 ? ` with ${one.sentWithNumber}` : ''),
      String(one.attemptCount),
      time(one.createTime),
      time(one.nextTime),
      one.failure,
    ]),
    ['notice', 'tries'],
  );
}

/** Sends a delivery that came to nothing once more. */
export async function retryDelivery(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
  number = '',
  way = '',
): Promise<void> {
  const channels: Readonly<Record<string, Channel>> = Channel;
  const asked = { customerId, noticeNumber: Number(number), channel: channels[way.toUpperCase()] ?? 0 };
  const answer = await bank()
    .client(NotificationService)
    .retryDelivery({ requestId, validateOnly, ...asked });
  await out.message(RetryDeliveryResponseSchema, answer, () => 'It is on its way.');
}

/** Publishes news of products from a file. */
export async function publishNews(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  file = '',
): Promise<void> {
  const texts = await textsIn(file);
  const answer = await bank().client(NotificationService).publishProductNews({ requestId, validateOnly, texts });
  await out.message(PublishProductNewsResponseSchema, answer, () => newsText(answer.news));
}

async function textsIn(file: string): Promise<MessageInitShape<typeof ProductNewsTextSchema>[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw usage(`There is no file ${file} that can be read.`);
  });
  try {
    const texts = JSON.parse(text) as Record<string, { headline: string; text: string }>;
    return Object.entries(texts).map(([locale, { headline, text: body }]) => ({ locale, headline, text: body }));
  } catch {
    throw usage(`${file} is not JSON as --help shows it.`);
  }
}

/** Lists news of products. */
export async function listNews({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank().client(NotificationService);
  const news: ProductNews[] = [];
  for await (const page of pagesOf((asked) => service.listProductNews(asked), limit)) news.push(...page.news);
  await out.message(ListProductNewsResponseSchema, create(ListProductNewsResponseSchema, { news }), () =>
    table(
      ['news', 'state', 'told', 'published', 'by', 'approved by', 'headline'],
      news.map((one) => [
        one.productNewsId,
        word(ProductNewsState, one.state),
        String(one.toldCount),
        time(one.createTime),
        one.authorId,
        one.approverId,
        one.texts[0]?.headline ?? '',
      ]),
      ['told'],
    ),
  );
}

function newsText(news: ProductNews | undefined): string {
  return fields([
    ['news', news?.productNewsId],
    ['state', news && word(ProductNewsState, news.state)],
    ['told', news && String(news.toldCount)],
  ]);
}
