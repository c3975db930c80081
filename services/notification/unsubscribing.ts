// The token by which the reader of a message ends messages of its kind, without logging in: the key of the message, and what proves
// that the bank wrote it there.
import { timingSafeEqual } from 'node:crypto';
import type { Context } from './context.ts';

const TOKEN = /^([0-9a-f]{32})-([0-9a-f]{32})$/;

/** The page on which a message's reader ends it; undefined where the bank has none. */
export function unsubscribeAddress(context: Pick<Context, 'config' | 'vault'>, key: string): string | undefined {
  const { UNSUBSCRIBE_URL } = context.config;
  if (UNSUBSCRIBE_URL === '') return undefined;
  const address = new URL(UNSUBSCRIBE_URL);
  address.searchParams.set('token', unsubscribeToken(context, key));
  return address.href;
}

/** The token of a message. */
export function unsubscribeToken(context: Pick<Context, 'vault'>, key: string): string {
  return `${key}-${proofOf(context, key).toString('hex')}`;
}

/** The key of the message that a token stood in; undefined when the bank did not write it. */
export function keyOfToken(context: Pick<Context, 'vault'>, token: string): string | undefined {
  const [, key, proof = ''] = TOKEN.exec(token) ?? [];
  if (key === undefined) return undefined;
  return timingSafeEqual(Buffer.from(proof, 'hex'), proofOf(context, key)) ? key : undefined;
}

function proofOf({ vault }: Pick<Context, 'vault'>, key: string): Buffer {
  return vault.hash('notification.unsubscribe', key);
}
