// The switch's side of the line: the bank connects, messages go to it and answers come back; and what a tester wants of it, over HTTP.
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { framed, type Iso8583Message, readIso8583, unframed } from '#rules/iso8583/message.ts';
import { type Asked, type Reversal, type Send, Terminals } from './terminals.ts';

/** A simulator that runs. */
export interface CardSwitchSimulator {
  /** Where the bank connects to: `host:port`. */
  readonly address: string;
  readonly controlUrl: string;
  readonly terminals: Terminals;
  /** Cuts the lines of the bank, as a network does. */
  cut(): void;
  stop(): Promise<void>;
}

const ANSWER_MS = 3_000;

/** Starts a simulator on the loopback. */
export async function startCardSwitchSimulator({ port = 0, controlPort = 0 } = {}): Promise<CardSwitchSimulator> {
  const lines = new Set<Socket>();
  const waiting = new Map<string, (answer: Iso8583Message) => void>();
  const server = createServer((line) => {
    lines.add(line);
    let rest: Uint8Array = new Uint8Array();
    line.on('error', () => line.destroy());
    line.on('close', () => lines.delete(line));
    line.on('data', (bytes: Buffer) => {
      const come = unframed(Buffer.concat([rest, bytes]));
      rest = come.rest;
      for (const frame of come.frames) {
        const answer = readIso8583(frame);
        waiting.get(nameOf(answer))?.(answer);
      }
    });
  });
  const send: Send = (message) =>
    new Promise((resolve) => {
      const [line] = lines;
      const name = nameOf(message);
      const before = waiting.get(name);
      const timer = setTimeout(() => resolve(undefined), ANSWER_MS);
      waiting.set(name, (answer) => {
        before?.(answer);
        clearTimeout(timer);
        resolve(answer);
      });
      line?.write(framed(message));
    });
  const terminals = new Terminals(send);
  const control = createHttp((request, response) => {
    answer(terminals, request, response).catch((error: unknown) => {
      response.writeHead(400).end(error instanceof Error ? error.message : String(error));
    });
  });
  const [address, controlAddress] = [await listening(server, port), await listening(control, controlPort)];
  return {
    address,
    controlUrl: `http://${controlAddress}`,
    terminals,
    cut: () => {
      for (const line of lines) line.destroy();
    },
    async stop() {
      for (const line of lines) line.destroy();
      control.closeAllConnections();
      await Promise.all([server, control].map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

/** By what an answer finds what it answers: the class of its type, its trace number and its time. */
function nameOf({ type, fields }: Iso8583Message): string {
  return `${type.slice(0, 2)} ${fields[11]} ${fields[7]}`;
}

async function listening(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(terminals: Terminals, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request;
  const told = (what: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(what)}\n`);
  if (method === 'POST' && url === '/control/ask')
    return void told(await terminals.ask((await bodyOf(request)) as Asked));
  if (method === 'POST' && url === '/control/reverse') {
    return void told(await terminals.reverse((await bodyOf(request)) as Reversal));
  }
  if (method === 'GET' && url === '/control/totals') return void told({ owed: String(terminals.total()) });
  response.writeHead(404).end();
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
}
