// One POST to a webhook: signed by Standard Webhooks, to an address that was checked, and never for long.
import { createHmac, randomBytes } from 'node:crypto';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Address, FindAddresses } from './addresses.ts';

/** What is posted. */
export interface WebhookMessage {
  readonly url: string;
  readonly eventId: string;
  readonly body: string;
  /** Several while one takes the place of another. */
  readonly secrets: readonly string[];
}

/** What came of it. */
export interface Answer {
  /** 0 when there was none. */
  readonly statusCode: number;
  /** Empty when it was taken. */
  readonly failure: string;
  readonly excerpt: string;
  readonly durationMs: number;
}

const TIMEOUT_MS = 15_000;
const EXCERPT_BYTES = 1_024;
const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

/** A new secret. */
export function newSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** The headers that sign a message, as of a time in milliseconds. */
export function signed({ eventId, body, secrets }: WebhookMessage, nowMs: number): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${eventId}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': eventId, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** Posts a message. Whatever goes wrong is an answer; throws only when `signal` ends it. */
export async function post(
  find: FindAddresses,
  message: WebhookMessage,
  signal: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer> {
  const began = performance.now();
  const took = (answer: Omit<Answer, 'durationMs'>) => ({
    ...answer,
    durationMs: Math.round(performance.now() - began),
  });
  const failed = (failure: string) => took({ statusCode: 0, failure, excerpt: '' });
  const url = new URL(message.url);
  const addresses = await find(url.hostname);
  signal.throwIfAborted();
  if (!addresses) return failed('ADDRESS_REFUSED');
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await request(url, addresses, message, AbortSignal.any([signal, late]));
    const { statusCode = 0 } = response;
    const excerpt = await beginningOf(response);
    const isTaken = statusCode >= 200 && statusCode < 300;
    return took({ statusCode, failure: isTaken ? '' : `HTTP_${statusCode}`, excerpt });
  } catch (error) {
    signal.throwIfAborted();
    return failed(late.aborted ? 'TIMED_OUT' : wordOf(error));
  }
}

/** Sends a request on a connection of its own, and answers when the status has come. It follows nothing. */
function request(
  url: URL,
  addresses: readonly Address[],
  message: WebhookMessage,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const body = Buffer.from(message.body);
  const options = {
    method: 'POST',
    agent: false,
    signal,
    lookup: only(addresses),
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      'user-agent': 'corebank-webhooks/1',
      ...signed(message, Date.now()),
    },
  } as const;
  const sent = (url.protocol === 'https:' ? https : http).request(url, options, resolve);
  sent.on('error', reject).end(body);
  return promise;
}

/** Finds what was found before, whatever the name means by now. */
function only(addresses: readonly Address[]): LookupFunction {
  return (_hostname, { all }, found) => {
    const [first] = addresses;
    if (all || !first) found(null, [...addresses]);
    else found(null, first.address, first.family);
  };
}

/** The beginning of what is answered, as text; the rest is not waited for. The status alone decides, so that it may break off. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response) {
      parts.push(part as Buffer);
      bytes += (part as Buffer).length;
      if (bytes >= EXCERPT_BYTES) break;
    }
  } catch {
    // What came of it is enough.
  }
  response.destroy();
  const text = new TextDecoder().decode(Buffer.concat(parts).subarray(0, EXCERPT_BYTES));
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
}

function wordOf(error: unknown): string {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  return /CERT|SELF_SIGNED|ISSUER|VERIFY|^ERR_TLS/.test(code) ? 'CERTIFICATE_REFUSED' : 'UNREACHABLE';
}
