import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  CreateWebhookResponseSchema,
  EnableWebhookResponseSchema,
  type GetWebhookDeliveryResponse,
  GetWebhookDeliveryResponseSchema,
  ListWebhookDeliveriesResponseSchema,
  ListWebhookEventTypesResponseSchema,
  ListWebhooksResponseSchema,
  NotificationService,
  ReplayWebhookResponseSchema,
  RotateWebhookSecretResponseSchema,
  UpdateWebhookResponseSchema,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import {
  type Webhook,
  type WebhookDelivery,
  WebhookDeliveryState,
  WebhookDisableReason,
  WebhookState,
} from '#gen/bank/notification/v1/webhook_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

interface Particulars extends WriteOptions {
  readonly url?: string;
  readonly type?: readonly string[];
  readonly description?: string;
  readonly etag?: string;
}

/** How long a ping is waited for: longer than a receiver may take. */
const PING_MS = 25_000;
const POLL_MS = 200;

const client = ({ bank }: Session) => bank().client(NotificationService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

/** Makes a webhook. */
export async function createWebhook(session: Session, options: Particulars): Promise<void> {
  const { url = '', type = [], description = '' } = options;
  const answer = await client(session).createWebhook({
    ...commandOf(options),
    url,
    eventTypes: [...type],
    description,
  });
  await session.out.message(CreateWebhookResponseSchema, answer, () => withSecret(answer));
}

/** Changes a webhook. */
export async function updateWebhook(session: Session, options: Particulars, webhookId = ''): Promise<void> {
  const { url, type, description, etag = '' } = options;
  const paths = [
    ...(url === undefined ? [] : ['url']),
    ...(type === undefined ? [] : ['event_types']),
    ...(description === undefined ? [] : ['description']),
  ];
  const change = { url: url ?? '', eventTypes: [...(type ?? [])], description: description ?? '' };
  const asked = { ...commandOf(options), webhookId, etag, updateMask: { paths }, ...change };
  const answer = await client(session).updateWebhook(asked);
  await session.out.message(UpdateWebhookResponseSchema, answer, () => webhookText(answer.webhook));
}

/** Lists webhooks. */
export async function listWebhooks(session: Session, { party = '' }: { readonly party?: string }): Promise<void> {
  const answer = await client(session).listWebhooks({ partyId: party });
  await session.out.message(ListWebhooksResponseSchema, answer, () =>
    table(
      ['webhook', 'state', 'failing since', 'url', 'description'],
      answer.webhooks.map((one) => [one.webhookId, stateText(one), time(one.failingTime), one.url, one.description]),
    ),
  );
}

/** Lists what there is to hear of. */
export async function listTypes(session: Session): Promise<void> {
  const answer = await client(session).listWebhookEventTypes({});
  await session.out.message(ListWebhookEventTypesResponseSchema, answer, () => answer.eventTypes.join('\n'));
}

/** Lets the bank send again. */
export async function enableWebhook(session: Session, options: WriteOptions, webhookId = ''): Promise<void> {
  const answer = await client(session).enableWebhook({ ...commandOf(options), webhookId });
  await session.out.message(EnableWebhookResponseSchema, answer, () => webhookText(answer.webhook));
}

/** Ends a webhook. */
export async function deleteWebhook(session: Session, options: WriteOptions, webhookId = ''): Promise<void> {
  await client(session).deleteWebhook({ ...commandOf(options), webhookId });
  await session.out.document({}, () => `${webhookId} is no more.`);
}

/** Gives a webhook a new secret. */
export async function rotateSecret(
  session: Session,
  options: WriteOptions & { readonly leaked?: boolean },
  webhookId = '',
): Promise<void> {
  const asked = { ...commandOf(options), webhookId, previousLeaked: options.leaked ?? false };
  const answer = await client(session).rotateWebhookSecret(asked);
  await session.out.message(RotateWebhookSecretResponseSchema, answer, () => withSecret(answer));
}

/** Tries a webhook, and waits for what comes of it. */
export async function pingWebhook(session: Session, options: WriteOptions, webhookId = ''): Promise<void> {
  const service = client(session);
  const { delivery } = await service.pingWebhook({ ...commandOf(options), webhookId });
  const eventId = delivery?.eventId ?? '';
  if (options.validateOnly) {
    await session.out.document({}, () => `${webhookId} would be sent an event.`);
    return;
  }
  const end = Date.now() + PING_MS;
  let answer = await service.getWebhookDelivery({ webhookId, eventId });
  while (answer.delivery?.state === WebhookDeliveryState.WAITING && Date.now() < end) {
    await pause(POLL_MS);
    answer = await service.getWebhookDelivery({ webhookId, eventId });
  }
  await session.out.message(GetWebhookDeliveryResponseSchema, answer, () => deliveryText(answer));
}

/** Sends events anew, all parts one after the other. */
export async function replayWebhook(
  session: Session,
  { event, from }: { readonly event?: string; readonly from?: Date },
  webhookId = '',
): Promise<void> {
  if (event === undefined && from === undefined) throw usage('--event or --from says what to replay.');
  const what =
    event === undefined
      ? ({ case: 'fromTime', value: timestampFromDate(from ?? new Date()) } as const)
      : ({ case: 'eventId', value: event } as const);
  let eventCount = 0;
  let pageToken = '';
  do {
    const answer = await client(session).replayWebhook({ requestId: randomUUID(), webhookId, what, pageToken });
    eventCount += answer.eventCount;
    pageToken = answer.nextPageToken;
  } while (pageToken !== '');
  const answer = create(ReplayWebhookResponseSchema, { eventCount });
  await session.out.message(ReplayWebhookResponseSchema, answer, () => `${eventCount} events are sent anew.`);
}

/** Lists deliveries. */
export async function listDeliveries(
  session: Session,
  { limit, state }: ListOptions & { readonly state?: string },
  webhookId = '',
): Promise<void> {
  const states: Readonly<Record<string, WebhookDeliveryState>> = WebhookDeliveryState;
  const asked = { webhookId, state: states[state?.toUpperCase() ?? ''] ?? WebhookDeliveryState.UNSPECIFIED };
  const deliveries: WebhookDelivery[] = [];
  const service = client(session);
  const pages = pagesOf((page) => service.listWebhookDeliveries({ ...asked, ...page }), limit);
  for await (const page of pages) deliveries.push(...page.deliveries);
  const all = create(ListWebhookDeliveriesResponseSchema, { deliveries });
  await session.out.message(ListWebhookDeliveriesResponseSchema, all, () =>
    table(
      ['event', 'happened', 'type', 'state', 'tries', 'next', 'failure'],
      deliveries.map((one) => [
        one.eventId,
        time(one.occurTime),
        one.eventType,
        word(WebhookDeliveryState, one.state),
        String(one.attemptCount),
        time(one.nextTime),
        one.failure,
      ]),
      ['tries'],
    ),
  );
}

/** Shows a delivery. */
export async function showDelivery(session: Session, _options: object, webhookId = '', eventId = ''): Promise<void> {
  const answer = await client(session).getWebhookDelivery({ webhookId, eventId });
  await session.out.message(GetWebhookDeliveryResponseSchema, answer, () => deliveryText(answer));
}

async function deliveryText({ delivery, body, attempts }: GetWebhookDeliveryResponse): Promise<string> {
  const head = fields([
    ['event', delivery?.eventId],
    ['type', delivery?.eventType],
    ['happened', time(delivery?.occurTime)],
    ['state', delivery && word(WebhookDeliveryState, delivery.state)],
    ['body', body],
  ]);
  const tries = await table(
    ['try', 'when', 'took', 'status', 'failure', 'answer'],
    attempts.map((one) => [
      String(one.attemptNumber),
      time(one.attemptTime),
      `${one.durationMs} ms`,
      one.statusCode === 0 ? '' : String(one.statusCode),
      one.failure,
      one.answerExcerpt,
    ]),
    ['try', 'took', 'status'],
  );
  return `${head}\n\n${tries}`;
}

function withSecret({ webhook, secret }: { readonly webhook?: Webhook | undefined; readonly secret: string }): string {
  const shown = secret === '' ? '' : `\nsecret  ${secret}\nIt is not shown again.`;
  return `${webhookText(webhook)}${shown}`;
}

function webhookText(webhook: Webhook | undefined): string {
  if (!webhook) return '';
  return fields([
    ['webhook', webhook.webhookId],
    ['url', webhook.url],
    ['description', webhook.description],
    ['events', webhook.eventTypes.join(', ')],
    ['state', stateText(webhook)],
    ['previous secret', time(webhook.previousSecretExpireTime)],
    ['etag', webhook.etag],
  ]);
}

function stateText({ state, disableReason }: Webhook): string {
  const said = word(WebhookState, state);
  return disableReason === WebhookDisableReason.UNSPECIFIED
    ? said
    : `${said}: ${word(WebhookDisableReason, disableReason)}`;
}
