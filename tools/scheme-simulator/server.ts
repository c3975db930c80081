// The simulator's side of the line: messages in, a mailbox out, and what a tester wants of it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMessage } from '#rules/iso20022/reader.ts';
import { behaviourOf, verificationOf } from './behaviour.ts';
import { Clearing, EMPTY, type State, type ToPay, type ToRecall, type ToState } from './clearing.ts';

/** A simulator that runs. */
export interface Simulator {
  readonly url: string;
  readonly clearing: Clearing;
  stop(): Promise<void>;
}

const LONGEST_BYTES = 1 << 20;

/** Starts a simulator on the loopback. `stateFile`: where it keeps what it knows; absent, it forgets when it stops. */
export async function startSimulator({ port = 0, stateFile = '' } = {}): Promise<Simulator> {
  const known = stateFile !== '' && existsSync(stateFile) ? readFileSync(stateFile, 'utf8') : JSON.stringify(EMPTY);
  const clearing = new Clearing(JSON.parse(known) as State);
  const keep = () => {
    if (stateFile !== '') writeFileSync(stateFile, JSON.stringify(clearing.state));
  };
  const server = createServer((request, response) => {
    answer(clearing, request, response).then(keep, (error: unknown) => {
      response.writeHead(400).end(error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clearing,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(clearing: Clearing, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request;
  const body = await bodyOf(request);
  if (method === 'POST' && url === '/messages') return takeMessage(clearing, request, response, body);
  if (method === 'POST' && url === '/mailbox') {
    const first = clearing.waiting();
    if (!first) return void response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'application/xml', 'x-message-number': String(first.number) });
    return void response.end(first.content);
  }
  if (method === 'POST' && url === '/payee-verifications') return verifyPayee(request, response, body);
  const [, number] = /^\/mailbox\/(\d+)$/.exec(url) ?? [];
  if (method === 'DELETE' && number !== undefined) {
    clearing.acknowledge(Number(number));
    return void response.writeHead(204).end();
  }
  if (method === 'POST' && url === '/control/pay') {
    clearing.pay(JSON.parse(body.toString()) as ToPay);
    return void response.writeHead(202).end();
  }
  if (method === 'POST' && url === '/control/recall') {
    clearing.recall(JSON.parse(body.toString()) as ToRecall);
    return void response.writeHead(202).end();
  }
  if (method === 'POST' && url === '/control/statement') {
    clearing.statement(JSON.parse(body.toString()) as ToState);
    return void response.writeHead(202).end();
  }
  if (method === 'GET' && url === '/control/totals') {
    const { payments, incoming } = clearing.state;
    const told = { positions: clearing.positions(), payments, incoming };
    return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told, null, 2));
  }
  response.writeHead(404).end();
}

async function takeMessage(
  clearing: Clearing,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<void> {
  const message = readMessage(body);
  const taken = clearing.take(message);
  if (taken === 'deaf') return void request.socket.destroy();
  if (message.name === 'pacs.008.001.09') {
    const [first] = message.content.CdtTrfTxInf;
    await sleep(behaviourOf(first?.Cdtr.Nm ?? '').delayMs);
  }
  response.writeHead(taken === 'busy' ? 503 : 202).end();
}

/** Whose an account is: as the name says. */
async function verifyPayee(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const { party } = JSON.parse(body.toString()) as { readonly party: { readonly name: string } };
  const { delayMs, deafFor, busyFor } = behaviourOf(party.name);
  if (deafFor > 0) return void request.socket.destroy();
  if (busyFor > 0) return void response.writeHead(503).end();
  await sleep(delayMs);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(verificationOf(party.name)));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > LONGEST_BYTES) throw new Error('the message is too long');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
