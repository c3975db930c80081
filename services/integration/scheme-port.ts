// The line to a scheme: messages go out by POST, and what the scheme has for the bank is fetched from a mailbox, so that nobody from outside
// comes in. Every exchange stands in the journal. A scheme that does not answer is left alone for a moment (circuit breaker); a slow one
// binds only so many calls (bulkhead), each only for so long (timeout). Nothing is retried here: whoever has a message sends it again.
import { readFile } from 'node:fs/promises';
import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import type { House } from '#chassis/boot.ts';
import { sha256Hex } from '#chassis/digest.ts';
import { type Confirming, confirming } from './payee-verifications.ts';
import { insertExchange } from './scheme-tables.ts';

const TIMEOUT_MS = 10_000;
/** A payer waits for it (EPC218-23: five seconds from end to end). */
const CONFIRM_TIMEOUT_MS = 5_000;
const CALLS_MAX = 8;
const FAILURES_MAX = 5;
const LEFT_ALONE_MS = 3_000;
/** As long as a message of ISO 20022 is read here. */
const LONGEST_BYTES = 16 << 20;

/** A message that the scheme has for the bank, and by which it is acknowledged. */
export interface Fetched {
  readonly number: string;
  readonly content: Buffer;
  /** False where it is longer than a message may be: then this is how it begins. */
  readonly whole: boolean;
}

/** The line to the scheme. */
export interface SchemePort {
  /** Sends a message; true when the scheme has taken it. What was not answered may have been taken all the same. */
  send(message: { readonly name: string; readonly id: string; readonly content: string }): Promise<boolean>;
  /** The first message that waits for the bank; undefined when there is none, or none can be had. */
  fetch(): Promise<Fetched | undefined>;
  /** Says that a message is kept here: it is not handed out again. */
  acknowledge(number: string): Promise<void>;
  /** Asks whose an account of another bank is (verification of payee); undefined where nobody says. `id` is for the journal. */
  readonly confirm: Confirming;
  /** Whether the scheme is left alone at the moment. */
  isLeftAlone(): boolean;
}

/** Makes the line; undefined where the configuration names no scheme. */
export function schemePort({
  config,
  database,
  log,
}: Pick<House, 'config' | 'database' | 'log'>): SchemePort | undefined {
  const { SCHEME_URL: url, SCHEME_TOKEN_FILE: tokenFile, BANK_BIC: bic } = config;
  if (url === '') return undefined;
  const { policy, isLeftAlone } = patience(TIMEOUT_MS);
  // What payers ask has a line of its own: it never keeps a payment waiting, and a bank that says nothing of its names is paid all the same.
  const asking = patience(CONFIRM_TIMEOUT_MS);
  // With the wait for a turn: a payer waits for both.
  const inTime = wrap(timeout(CONFIRM_TIMEOUT_MS, TimeoutStrategy.Aggressive), asking.policy);

  /** One call. Throws where there was no answer, or the scheme says that it cannot. */
  function ask(
    method: string,
    path: string,
    body?: string,
    line: Pick<typeof policy, 'execute'> = policy,
    type = 'application/xml',
  ): Promise<Fetched & { readonly status: number }> {
    return line.execute(async ({ signal }) => {
      const token = tokenFile === '' ? undefined : (await readFile(tokenFile, 'utf8')).trim();
      const headers = {
        'x-participant': bic,
        ...(body !== undefined && { 'content-type': type }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      };
      const answer = await fetch(`${url}${path}`, {
        method,
        headers,
        signal,
        redirect: 'error',
        ...(body && { body }),
      });
      if (answer.status >= 500) {
        await answer.body?.cancel();
        throw new Error(`the scheme answers ${answer.status}`);
      }
      const number = answer.headers.get('x-message-number') ?? '';
      return { status: answer.status, number, ...(await contentOf(answer)) };
    });
  }

  return {
    async send({ name, id, content }) {
      if (isLeftAlone()) return false;
      const start = performance.now();
      const said = {
        outgoing: true,
        messageName: name,
        messageIdentification: id,
        contentDigest: sha256Hex(content).slice(0, 32),
      };
      const took = () => Math.round(performance.now() - start);
      try {
        const { status } = await ask('POST', '/messages', content);
        const taken = status >= 200 && status < 300;
        await database.query(
          insertExchange({ ...said, outcome: taken ? 'TAKEN' : 'REFUSED', httpStatus: status, durationMs: took() }),
        );
        return taken;
      } catch (error) {
        log.warn({ err: error, message: id }, 'the scheme did not answer');
        await database.query(insertExchange({ ...said, outcome: 'UNANSWERED', httpStatus: 0, durationMs: took() }));
        return false;
      }
    },
    async fetch() {
      if (isLeftAlone()) return undefined;
      try {
        const { status, ...fetched } = await ask('POST', '/mailbox');
        return status === 200 && fetched.number !== '' ? fetched : undefined;
      } catch (error) {
        log.warn({ err: error }, 'nothing could be fetched from the scheme');
        return undefined;
      }
    },
    async acknowledge(number) {
      // One that is not heard is handed out again, and is known then.
      await ask('DELETE', `/mailbox/${encodeURIComponent(number)}`).catch((error: unknown) => {
        log.warn({ err: error, number }, 'a message could not be acknowledged');
      });
    },
    confirm: confirming({ database, log }, asking.isLeftAlone, (path, body) =>
      ask('POST', path, body, inTime, 'application/json'),
    ),
    isLeftAlone,
  };
}

/** What was answered, and no more of it than a message may be long. */
async function contentOf({ body }: Response): Promise<Pick<Fetched, 'content' | 'whole'>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > LONGEST_BYTES) return { content: Buffer.concat(parts), whole: false };
    parts.push(part);
  }
  return { content: Buffer.concat(parts), whole: true };
}

/** How much a scheme is asked, and for how long it is left alone when it does not answer. */
function patience(timeoutMs: number) {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: LEFT_ALONE_MS,
    breaker: new ConsecutiveBreaker(FAILURES_MAX),
  });
  let brokenAt = 0;
  breaker.onBreak(() => {
    brokenAt = performance.now();
  });
  const calls = bulkhead(CALLS_MAX, Number.POSITIVE_INFINITY);
  return {
    policy: wrap(calls, breaker, timeout(timeoutMs, TimeoutStrategy.Cooperative)),
    // The breaker lets the next call try it again, which has to come for that.
    isLeftAlone: () => breaker.state === CircuitState.Open && performance.now() - brokenAt < LEFT_ALONE_MS,
  };
}
