// Unsubscribing, as far as it is HTTP: whoever reads a message sends the token that stood in it, by one click in their program for mail
// (RFC 8058) or on the page here. It is forwarded as any RPC is, with its limits.
import type { IncomingMessage } from 'node:http';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import { continueTrace } from '#chassis/trace.ts';
import { NotificationService, UnsubscribeRequestSchema } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { admit, deadlineFor } from './admission.ts';
import type { Context } from './context.ts';
import { forward } from './forwarding.ts';
import { readBody } from './http-body.ts';

/** The longest body of a click: these few words, in whichever form. */
const CLICK_BYTES_MAX = 4 * 1024;
/** So long it may take. */
const CLICK_MS = 5_000;
/** The words of RFC 8058, as a form that is URL-encoded or multipart has them. */
const ONE_CLICK = /List-Unsubscribe(=|"(\r?\n)+)One-Click/;

/** The page loads nothing, and can be sent to nobody but this bank. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; sandbox allow-forms",
} as const;

/** A page, with its status. */
interface Page {
  readonly status: number;
  readonly html: string;
}

/** The page that asks. To look at it, as what scans mail for bad links does, ends nothing. */
const ASKING: Page = page(
  200,
  'Do you want no more of these messages?',
  'Nechcete už tyto zprávy dostávat?',
  '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">' +
    '<button>Unsubscribe · Odhlásit</button></form>',
);
const DONE = page(200, 'You get no more of these messages.', 'Tyto zprávy už nebudete dostávat.');
const NOT_A_CLICK = page(400, 'This cannot be read.', 'Tomu nelze rozumět.');
const UNKNOWN = page(404, 'We know of no such message.', 'O takové zprávě nevíme.');
const TOO_OLD = page(410, 'The message is too old. Please log in.', 'Zpráva je příliš stará. Přihlaste se, prosím.');
const TOO_MANY = page(429, 'Please try again later.', 'Zkuste to, prosím, později.');
const NOT_NOW = page(503, 'Please try again later.', 'Zkuste to, prosím, později.');

/** Answers the page that asks, or unsubscribes and says so or why not. */
export async function unsubscribing(context: Context, request: IncomingMessage, address: string): Promise<Page> {
  if (request.method !== 'POST') return ASKING;
  const body = await readBody(request, Date.now() + CLICK_MS, CLICK_BYTES_MAX).catch(() => '');
  const { url = '', headers } = request;
  return unsubscribe(context, { url, body: body.toString(), address, userAgent: headers['user-agent'] ?? '' });
}

/** What somebody sent. */
interface Click {
  readonly url: string;
  readonly body: string;
  readonly address: string;
  readonly userAgent: string;
}

async function unsubscribe(context: Context, { url, body, address, userAgent }: Click): Promise<Page> {
  const token = URL.parse(url, 'http://edge')?.searchParams.get('token') ?? '';
  if (token === '' || !ONE_CLICK.test(body)) return NOT_A_CLICK;
  const { method, rpc } = UNSUBSCRIBE;
  const deadline = deadlineFor(context, rpc, Date.now() + CLICK_MS);
  const trace = continueTrace(undefined);
  try {
    const admitted = await admit(context, { rpc, authorization: '', dpop: '', address, userAgent, deadline, trace });
    const request = { $typeName: method.input.typeName, requestId: newId('cmd'), validateOnly: false, token };
    const answer = await forward(context, admitted, Buffer.from(toBinary(UnsubscribeRequestSchema, request)));
    context.log.debug({ topic: fromBinary(method.output, answer).topic }, 'unsubscribed');
    return DONE;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refusedPage(error.reason);
  }
}

const { unsubscribe: method } = NotificationService.method;
const UNSUBSCRIBE = { method, rpc: `${NotificationService.typeName}/${method.name}` } as const;

function refusedPage(reason: string): Page {
  if (reason === 'REQUEST_INVALID') return NOT_A_CLICK;
  if (reason === 'UNSUBSCRIBE_TOKEN_INVALID') return UNKNOWN;
  if (reason === 'UNSUBSCRIBE_TOKEN_EXPIRED') return TOO_OLD;
  return reason === 'RATE_LIMITED' ? TOO_MANY : NOT_NOW;
}

/** A page in the languages that the bank writes in: who reads it has not said which is theirs. */
function page(status: number, en: string, cs: string, rest = ''): Page {
  const text = `<p>${en}</p><p lang="cs">${cs}</p>${rest}`;
  return { status, html: `<!doctype html><html lang="en"><title>Unsubscribe</title><body>${text}</body></html>\n` };
}
