// A receiver of webhooks for tests: a real HTTP server that can fail in all the ways that one fails.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '#chassis/call.ts';
import { partner } from '#chassis/testing/service.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { WebhookDelivery } from '#gen/bank/notification/v1/webhook_pb.ts';
import { TransactionPostedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';

export const POSTED = TransactionPostedSchema.typeName;

/** What came in. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it does with a request; answers 200 unless told otherwise. */
  answer: (response: ServerResponse) => void;
  stop(): Promise<void>;
}

/** Answers with a status and no more. */
export function status(code: number, headers: Record<string, string> = {}): Receiver['answer'] {
  return (response) => void response.writeHead(code, headers).end();
}

/** Starts a receiver on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      receiver.answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    answer: status(200),
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}

/** A receiver for the tests of a `describe`, which answers 200 at the beginning of each. */
export function useReceiver(): () => Receiver {
  let started: Receiver | undefined;
  before('starts a receiver', async () => {
    started = await startReceiver();
  });
  beforeEach('lets it take what comes', () => {
    if (started) started.answer = status(200);
  });
  after('stops the receiver', () => started?.stop());
  return () => {
    if (!started) throw new Error('the receiver runs inside tests and hooks only');
    return started;
  };
}

/** A partner that may manage webhooks, and read products unless it is told otherwise. */
export function webhookPartner(id: string, scopes: readonly string[] = ['products:read']) {
  return { ...partner(id), scopes: ['webhooks:manage', ...scopes] };
}

/** Makes a webhook. */
export async function madeWebhook(
  client: Client<typeof NotificationService>,
  url: string,
  eventTypes: readonly string[] = [POSTED],
): Promise<{ webhookId: string; secret: string }> {
  const request = { requestId: randomUUID(), url, eventTypes: [...eventTypes], description: 'books' };
  const { webhook, secret } = await client.createWebhook(request);
  return { webhookId: webhook?.webhookId ?? '', secret };
}

/** Waits until a delivery of a webhook is so. */
export async function untilDelivery(
  client: Client<typeof NotificationService>,
  webhookId: string,
  isSo: (delivery: WebhookDelivery) => boolean,
): Promise<WebhookDelivery> {
  for (;;) {
    const found = (await client.listWebhookDeliveries({ webhookId })).deliveries.find(isSo);
    if (found) return found;
    await sleep(20);
  }
}
