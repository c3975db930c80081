// The bank as bankctl sees it: its edge, and nothing behind it. Connect over HTTP/1.1, in the binary format.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { DescService } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { Exit, Failure, usage } from './failure.ts';
import { subjectFor } from './roles.ts';
import { type Memory, type Remembered, shortMemory } from './tokens.ts';

export const DEFAULT_EDGE = 'http://127.0.0.1:8080';

/** The longest that the bank lets a call take. */
const CALL_TIMEOUT_MS = 30_000;
const TOKEN_TIMEOUT_MS = 5_000;
/** A token that ends sooner is asked for anew. */
const TOKEN_MARGIN_MS = 60_000;
const MAX_SOCKETS = 64;

/** How to reach the bank. */
export interface BankOptions {
  /** The URL of the edge. */
  readonly edge: string;
  /** As whom to call; without it as `memory` says, and else as whoever may do what is asked. */
  readonly as?: string | undefined;
  /** A token to show instead of one of the development mode. */
  readonly token?: string | undefined;
  readonly memory?: Memory | undefined;
}

/** The bank. */
export interface Bank {
  readonly edge: string;
  /** The functions of a service, one per RPC. They throw ConnectError. */
  client<S extends DescService>(service: S): Client<S>;
  /** Asks for a token of `subject` and keeps it; answers when it ends. */
  logIn(subject: string): Promise<Date>;
  close(): void;
}

/** Opens the way to the bank; nothing is called yet. */
export function openBank({ edge: given, as, token, memory = shortMemory() }: BankOptions): Bank {
  const edge = edgeUrl(given);
  const agents = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agent = edge.startsWith('https:') ? new HttpsAgent(agents) : new HttpAgent(agents);
  const tokens = tokensOf(edge, memory);
  const withToken: Interceptor = (next) => async (request) => {
    const rpc = `${request.service.typeName}/${request.method.name}`;
    const subject = as ?? memory.recall(edge).as ?? subjectFor(rpc);
    const show = (shown: string) => request.header.set('authorization', `Bearer ${shown}`);
    show(token ?? (await tokens.of(subject)));
    try {
      return await next(request);
    } catch (error) {
      if (isAway(error)) throw unreachable(edge, error);
      if (token !== undefined || ConnectError.from(error).code !== Code.Unauthenticated) throw error;
      // The bank was made anew since the token was kept, so that its key is another.
      tokens.forget(subject);
      show(await tokens.of(subject));
      return next(request);
    }
  };
  const transport = createConnectTransport({
    baseUrl: edge,
    httpVersion: '1.1',
    useBinaryFormat: true,
    defaultTimeoutMs: CALL_TIMEOUT_MS,
    acceptCompression: [],
    nodeOptions: { agent },
    interceptors: [withToken],
  });
  return {
    edge,
    client: (service) => createClient(service, transport),
    async logIn(subject) {
      tokens.forget(subject);
      await tokens.of(subject);
      return new Date(memory.recall(edge).tokens[subject]?.until ?? 0);
    },
    close: () => agent.destroy(),
  };
}

function edgeUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw usage(`${text} is no URL of an edge. Write it like ${DEFAULT_EDGE}`);
  }
  return url.href.replace(/\/+$/, '');
}

/** The tokens of one edge. Those who ask for the same one at once wait for one answer. */
function tokensOf(edge: string, memory: Memory) {
  const asked = new Map<string, Promise<string>>();
  const fetched = async (subject: string): Promise<string> => {
    const { token, expiresIn } = await askForToken(edge, subject);
    const { tokens, ...rest }: Remembered = memory.recall(edge);
    memory.keep(edge, { ...rest, tokens: { ...tokens, [subject]: { token, until: Date.now() + expiresIn * 1000 } } });
    return token;
  };
  return {
    async of(subject: string): Promise<string> {
      const kept = memory.recall(edge).tokens[subject];
      if (kept && kept.until > Date.now() + TOKEN_MARGIN_MS) return kept.token;
      const answer = asked.get(subject) ?? fetched(subject).finally(() => asked.delete(subject));
      asked.set(subject, answer);
      return answer;
    },
    forget(subject: string): void {
      const { tokens, ...rest }: Remembered = memory.recall(edge);
      const { [subject]: _ended, ...others } = tokens;
      memory.keep(edge, { ...rest, tokens: others });
    },
  };
}

async function askForToken(edge: string, subject: string): Promise<{ token: string; expiresIn: number }> {
  const response = await fetch(`${edge}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ subject }),
    signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw unreachable(edge, error);
  });
  const answer = (await response.json().catch(() => ({}))) as { token?: string; expiresIn?: number; message?: string };
  if (response.ok && typeof answer.token === 'string') {
    return { token: answer.token, expiresIn: answer.expiresIn ?? 0 };
  }
  if (response.status === 404) {
    const how = 'Put the token of an operator into COREBANK_TOKEN.';
    throw new Failure(Exit.REFUSED, `${edge} gives no tokens away: it is not in development mode. ${how}`);
  }
  if (response.status === 400)
    throw usage(`Nobody can be called as ${subject}: ${answer.message ?? 'it was refused.'}`);
  throw new Failure(Exit.UNREACHABLE, `${edge} gave no token (HTTP ${response.status}).`);
}

/** Whether no edge was there to take the call. */
function isAway(error: unknown): boolean {
  const { cause, code } = ConnectError.from(error);
  return code === Code.Unavailable && cause instanceof Error && 'code' in cause;
}

/** That the edge cannot be reached, and why. */
export function unreachable(edge: string, error: unknown): Failure {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  const why = cause?.code ?? cause?.message ?? message;
  const hint = 'Is the bank running (make run)? Name another edge with --edge or COREBANK_EDGE.';
  return new Failure(Exit.UNREACHABLE, `The bank cannot be reached at ${edge}: ${why}. ${hint}`);
}
