// Passes HTTP/1.1 on, as it comes.
import {
  type Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  request as send,
} from 'node:http';
import { type RequestOptions, request as sendSecurely } from 'node:https';
import type { Place } from './listening.ts';

/** Where it goes: over TLS, if it is said how. */
export interface Onwards extends Place {
  readonly headers?: OutgoingHttpHeaders;
  readonly secured?: RequestOptions & { readonly agent: Agent };
}

/** What is between two, and no further. */
const OF_A_HOP = ['connection', 'keep-alive'];

/** Passes a request on and its answer back. */
export function passHttp(request: IncomingMessage, response: ServerResponse, to: Onwards): void {
  const { method = '', url: path = '' } = request;
  const headers = { ...request.headers, ...to.headers };
  for (const name of OF_A_HOP) delete headers[name];
  const options = { host: to.host, port: to.port, method, path, headers };
  const onward = to.secured ? sendSecurely({ ...options, ...to.secured }) : send(options);
  onward.once('response', (answered) => {
    const back = { ...answered.headers };
    for (const name of OF_A_HOP) delete back[name];
    response.writeHead(answered.statusCode ?? 502, back);
    answered.pipe(response);
  });
  onward.once('error', () => refuseHttp(response, 503, 'upstream connect error'));
  // Who gives up gives up for all who are behind.
  response.once('close', () => onward.destroy());
  request.pipe(onward);
}

/** Answers without asking anybody. */
export function refuseHttp(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}
