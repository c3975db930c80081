// The ways out of the bank: mail servers, and HTTP servers for text and push messages. Of a way's providers the first that takes
// a message has it.
import { readFile } from 'node:fs/promises';
import type { Config } from '#chassis/config.ts';
import { isForGood } from './domain/receipts.ts';
import { CHANNELS, type Channel } from './domain/words.ts';

/** A message as a provider takes it. Who gets one with a key twice shows it once, if they can. */
export interface Outgoing {
  readonly key: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  /** Where its reader ends messages of its kind, with one click. */
  readonly unsubscribe?: string | undefined;
}

/** Somebody who takes messages. Throws NotTaken. */
export interface Provider {
  /** Its host. */
  readonly name: string;
  send(message: Outgoing): Promise<void>;
}

/** What follows when a message is not taken: it is tried again, or how it ends, where no other try would make it taken. */
type Outcome = 'again' | 'dead' | 'bounced' | 'failed';

/** A provider did not take a message, or there is none to send. */
export class NotTaken extends Error {
  readonly word: string;
  readonly outcome: Outcome;
  /** Nothing that is sent to the address is ever taken. */
  readonly isForGood: boolean;

  constructor(word: string, outcome: Outcome, options: ErrorOptions & { readonly isForGood?: boolean } = {}) {
    super(word, options);
    this.word = word;
    this.outcome = outcome;
    this.isForGood = options.isForGood ?? false;
  }
}

/** The ways that there are providers for. */
export interface Ways {
  readonly open: readonly Channel[];
  /** Sends a message, and answers which provider took it. Throws NotTaken. */
  send(channel: Channel, message: Outgoing): Promise<string>;
}

const TIMEOUT_MS = 10_000;

/** Opens the ways that the configuration names. Refuses addresses that are none, and those that would send in clear. */
export function openWays(config: Config): Ways {
  const { SMTP_URLS, SMS_URLS, PUSH_URLS } = config;
  const providers: Readonly<Record<Channel, readonly Provider[]>> = {
    email: listed('SMTP_URLS', SMTP_URLS).map((url) => mailServer(url, config)),
    sms: listed('SMS_URLS', SMS_URLS).map((url) => httpProvider('sms', url, config)),
    push: listed('PUSH_URLS', PUSH_URLS).map((url) => httpProvider('push', url, config)),
  };
  return {
    open: CHANNELS.filter((channel) => providers[channel].length > 0),
    async send(channel, message) {
      let failure = new NotTaken('NO_PROVIDER', 'again');
      for (const provider of providers[channel]) {
        try {
          await provider.send(message);
          return provider.name;
        } catch (error) {
          if (!(error instanceof NotTaken)) throw error;
          failure = error;
          if (failure.outcome !== 'again') break;
        }
      }
      throw failure;
    },
  };
}

function listed(variable: string, urls: string): URL[] {
  return urls.split(',').flatMap((text) => {
    if (text.trim() === '') return [];
    if (!URL.canParse(text.trim())) throw new Error(`${variable}: holds something that is no address`);
    return [new URL(text.trim())];
  });
}

/** A mail server: `smtps:` from the beginning under TLS, `smtp:` as soon as it can, and never without in production. */
function mailServer(url: URL, { BANK_ENVIRONMENT, MAIL_FROM }: Config): Provider {
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') throw new Error('SMTP_URLS: must be smtp: or smtps:');
  const secure = url.protocol === 'smtps:';
  const options = {
    host: url.hostname,
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    requireTLS: !secure && BANK_ENVIRONMENT === 'production',
    // A message is text of ours: nothing in it may name a file or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(url.username && { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
  };
  return {
    name: url.hostname,
    async send({ key, to, subject, body, unsubscribe }) {
      // Loaded when there is something to send: most processes never do.
      const { createTransport } = await import('nodemailer');
      const envelope = { from: MAIL_FROM, to: [to] };
      const text = { text: body, html: asHtml(body), messageId: `<${key}@${MAIL_FROM.split('@')[1]}>` };
      // RFC 8058: a POST of these very words to the address does it.
      const list = unsubscribe && {
        list: { unsubscribe },
        headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
      };
      await createTransport(options)
        .sendMail({ from: MAIL_FROM, to: { name: '', address: to }, envelope, subject, ...text, ...list })
        .catch((error: unknown) => {
          const said = error as { responseCode?: number; response?: string; command?: string };
          const { responseCode = 0 } = said;
          const word = responseCode > 0 ? `SMTP_${responseCode}` : 'UNREACHABLE';
          if (responseCode < 500) throw new NotTaken(word, 'again');
          throw new NotTaken(word, 'bounced', { isForGood: isOfAddress(said) });
        });
    },
  };
}

/** What mail servers answer of a mailbox that there is not: RFC 5321, 4.2.3. */
const NO_MAILBOX = [550, 551, 553];

/** Whether a mail server refused the address for good, and not this message or its sender. */
function isOfAddress(said: { responseCode?: number; response?: string; command?: string }): boolean {
  const { responseCode = 0, response = '', command = '' } = said;
  return command.startsWith('RCPT TO') && NO_MAILBOX.includes(responseCode) && isForGood(response);
}

/** Plain text as a page of its own: whatever stands in it is text. */
function asHtml(text: string): string {
  const escaped = text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<p>${escaped.replaceAll('\n', '<br>')}</p>`;
}

/** A server that takes a message as JSON. What it answers with 4xx it will never take, unless it says to come again. */
function httpProvider(channel: Channel, url: URL, { BANK_ENVIRONMENT, MESSAGE_TOKEN_FILE }: Config): Provider {
  const isOpen = url.protocol === 'https:' || (url.protocol === 'http:' && BANK_ENVIRONMENT !== 'production');
  if (!isOpen) throw new Error('SMS_URLS, PUSH_URLS: must be https:');
  return {
    name: url.hostname,
    async send({ key, to, subject, body }) {
      const token = MESSAGE_TOKEN_FILE === '' ? '' : (await readFile(MESSAGE_TOKEN_FILE, 'utf8')).trim();
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ channel, to, subject, body }),
      }).catch((cause: unknown) => {
        throw new NotTaken('UNREACHABLE', 'again', { cause });
      });
      await response.body?.cancel();
      if (response.ok) return;
      const again = response.status >= 500 || [401, 403, 404, 408, 425, 429].includes(response.status);
      throw new NotTaken(`HTTP_${response.status}`, again ? 'again' : 'failed');
    },
  };
}
