// Sends what is due to webhooks. A delivery is a row with a lease, as all deliveries are: whoever is killed while sending leaves
// it to be sent again. Each webhook has a few at a time, and one that fails a single one, so that those that hang hold up no other.
import type { Tx } from '#chassis/database.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { sealedIn } from './delivery-tables.ts';
import { tellOne } from './domain/telling.ts';
import { FAILING_DAYS, PING_TYPE, webhookPause } from './domain/webhooks.ts';
import { insertNotices, type NewNotice } from './tables.ts';
import { addressed } from './ways.ts';
import {
  forgetDeliveries,
  giveBack,
  markDelivered,
  markUndelivered,
  type NewAttempt,
  selectBacklog,
  type TakenDelivery,
  takeWebhookDeliveries,
} from './webhook-delivery-tables.ts';
import { type Answer, post } from './webhook-sending.ts';
import { disableWebhook, type WebhookRow } from './webhook-tables.ts';
import { openEndpoint, secretsNow } from './webhooks.ts';

const EVERY_MS = 1_000;
/** Longer than a name takes to be found and an answer to come. */
const LEASE_MS = 60_000;
const EACH_MAX = 16;
const ALL_MAX = 128;
const FORGET_EVERY_MS = 3_600_000;
const FORGOTTEN_MAX = 1_000;
const DAY_MS = 24 * 3_600_000;
const GONE = 410;
export const ANSWER_CONTEXT = 'notification.webhook-answer';

/** Begins to send. Answers how to stop: what is under way is broken off, and sent by whoever comes next. */
export function startDeliveringWebhooks(context: Context): () => Promise<void> {
  const ended = new AbortController();
  const underWay = new Map<Promise<void>, TakenDelivery>();
  let rounds = Promise.resolve();
  let isWanted = false;

  const busy = () => {
    const counts = new Map<string, number>();
    for (const { webhookId } of underWay.values()) counts.set(webhookId, (counts.get(webhookId) ?? 0) + 1);
    return counts;
  };

  /** Takes what is due as long as there is room, and does not wait for what comes of it. */
  async function round(): Promise<void> {
    isWanted = false;
    const all = ALL_MAX - underWay.size;
    if (all <= 0 || ended.signal.aborted) return;
    const limits = { each: EACH_MAX, all, leaseMs: LEASE_MS };
    const taken = await context.database.query(takeWebhookDeliveries(busy(), limits));
    for (const delivery of taken) {
      const done = deliver(context, delivery, ended.signal)
        .catch((err: unknown) => context.log.warn({ err }, 'what came of a webhook could not be written down'))
        .finally(() => {
          underWay.delete(done);
          want();
        });
      underWay.set(done, delivery);
    }
  }

  /** Rounds follow each other; of those that are wanted meanwhile, one does. */
  function want(): void {
    if (isWanted) return;
    isWanted = true;
    rounds = rounds.then(round).catch((err: unknown) => context.log.warn({ err }, 'webhooks could not be sent'));
  }

  watchBacklog(context);
  const stops = [
    repeat(EVERY_MS, async () => want(), context.log, 'webhooks could not be sent'),
    repeat(FORGET_EVERY_MS, () => forget(context), context.log, 'old deliveries could not be forgotten'),
  ];
  return async () => {
    ended.abort();
    await Promise.all(stops.map((stop) => stop()));
    await rounds;
    await Promise.all(underWay.keys());
  };
}

function watchBacklog({ metrics, database }: Context): void {
  const gauges = {
    webhook_deliveries_waiting: 'Events that are to be sent to webhooks, now or when they are tried again.',
    webhook_deliveries_late_seconds: 'For how long the first of them has been due.',
  };
  metrics.watch(gauges, async () => {
    const [backlog] = await database.query(selectBacklog());
    return [
      { name: 'webhook_deliveries_waiting', value: backlog?.waiting ?? 0 },
      { name: 'webhook_deliveries_late_seconds', value: (backlog?.lateMs ?? 0) / 1_000 },
    ];
  });
}

/** Forgets what was sent long ago, some at a time. */
export async function forget({ database }: Pick<Context, 'database'>): Promise<void> {
  while ((await database.query(forgetDeliveries(FORGOTTEN_MAX))).length === FORGOTTEN_MAX);
}

async function deliver(context: Context, taken: TakenDelivery, signal: AbortSignal): Promise<void> {
  const { database, vault, findAddresses } = context;
  const { webhookId, eventId, body, tries, eventType } = taken;
  const sealed = sealedIn(taken.endpoint);
  const endpoint = await openEndpoint(vault, sealed);
  if (!endpoint) return disable(context, webhookId, 'erased');
  const message = { url: endpoint.url, eventId, body, secrets: secretsNow(endpoint, Date.now()) };
  let answer: Answer;
  try {
    answer = await post(findAddresses, message, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    await database.query(giveBack(taken));
    return;
  }
  const { excerpt, ...rest } = answer;
  const attempt: NewAttempt = {
    ...taken,
    ...rest,
    excerpt: excerpt === '' ? undefined : await vault.seal(sealed.partyId, ANSWER_CONTEXT, Buffer.from(excerpt)),
  };
  if (answer.failure === '') {
    await database.query(markDelivered(attempt));
    return;
  }
  // A webhook is tried with one that its owner waits for.
  const pause = eventType === PING_TYPE ? undefined : webhookPause(tries, Math.random());
  const [failing] = await database.query(markUndelivered(attempt, pause));
  if (answer.statusCode === GONE) await disable(context, webhookId, 'gone');
  else if (failing && failing.failingMs < Date.now() - FAILING_DAYS * DAY_MS)
    await disable(context, webhookId, 'failing');
}

/** Stops to send to a webhook, and tells the customer whose it is. */
async function disable(
  context: Context,
  webhookId: string,
  reason: Exclude<WebhookRow['disableReason'], ''>,
): Promise<void> {
  const { database, log } = context;
  await database.transaction(async (tx) => {
    const [disabled] = await tx.query(disableWebhook(webhookId, reason));
    if (!disabled) return;
    log.warn({ webhookId, reason }, 'a webhook is disabled');
    // Of who was erased nobody is left to be told.
    if (reason === 'erased') return;
    const notices = await webhookNotices(context, tx, disabled.partyId, 'webhook-disabled');
    if (notices.length > 0) await tx.query(insertNotices(notices));
  });
}

/** What a customer is told about a webhook; partners have no inbox. */
export function webhookNotices(
  { ways, config }: Context,
  from: Pick<Tx, 'query'>,
  partyId: string,
  template: 'webhook-created' | 'webhook-disabled',
): Promise<NewNotice[]> {
  const tellings = tellOne(partyId, template).map((one) => ({ ...one, occurMs: Date.now() }));
  return addressed(from, tellings, { open: ways.open, timeZone: config.BANK_TIME_ZONE });
}
