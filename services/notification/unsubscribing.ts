// The token by which the reader of a message ends what it is about, without logging in: the key of the message, the topic, until when
// it is good, and what proves that the bank wrote it there.
import { timingSafeEqual } from 'node:crypto';
import type { Context } from './context.ts';
import { TOPICS, type Topic } from './domain/words.ts';

/** What a token ends: a topic, by the way of the message with this key. */
export interface Unsubscribing {
  readonly key: string;
  readonly topic: Topic;
  /** Milliseconds since the epoch. */
  readonly expireMs: number;
}

/** Longer than the 30 days that laws on advertising ask for, and shorter than any delivery is kept. */
const GOOD_MS = 60 * 24 * 3_600_000;
const TOKEN = /^([0-9a-f]{32})-([a-z_]{1,20})-([0-9a-f]{1,10})-([0-9a-f]{32})$/;

type Means = Pick<Context, 'vault'>;

/** Where a message's reader ends its topic; undefined where readers cannot reach the bank. */
export function unsubscribeAddress(
  context: Means & Pick<Context, 'config'>,
  key: string,
  topic: Topic,
): string | undefined {
  const { UNSUBSCRIBE_URL } = context.config;
  if (UNSUBSCRIBE_URL === '') return undefined;
  const address = new URL(UNSUBSCRIBE_URL);
  address.searchParams.set('token', unsubscribeToken(context, { key, topic, expireMs: Date.now() + GOOD_MS }));
  return address.href;
}

/** The token that ends this. */
export function unsubscribeToken(context: Means, { key, topic, expireMs }: Unsubscribing): string {
  const said = `${key}-${topic}-${Math.ceil(expireMs / 1_000).toString(16)}`;
  return `${said}-${proofOf(context, said).toString('hex')}`;
}

/** What a token ends; undefined when the bank did not write it. */
export function readToken(context: Means, token: string): Unsubscribing | undefined {
  const [, key = '', word = '', expires = '', proof = ''] = TOKEN.exec(token) ?? [];
  const topic = TOPICS.find((one) => one === word);
  if (!topic) return undefined;
  const isOurs = timingSafeEqual(Buffer.from(proof, 'hex'), proofOf(context, `${key}-${word}-${expires}`));
  return isOurs ? { key, topic, expireMs: Number.parseInt(expires, 16) * 1_000 } : undefined;
}

function proofOf({ vault }: Means, said: string): Buffer {
  return vault.hash('notification.unsubscribe', said);
}
