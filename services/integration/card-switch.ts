// The line to the card switch: a connection that the bank makes, and makes again when it ends. What comes over it is answered over
// it (answering-cards.ts); the number of a card is in no log.
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSealed } from 'node:tls';
import { isLoopback } from '#chassis/config.ts';
import { framed, type Iso8583Message, readIso8583, unframed } from '#rules/iso8583/message.ts';
import { answerCardMessage } from './answering-cards.ts';
import type { Context } from './context.ts';
import { answerTo } from './domain/card-messages.ts';

const AGAIN_MS = 1_000;
const KEEP_ALIVE_MS = 30_000;
/** More messages at once than this are answered 91: the bank cannot take them now. */
const AT_ONCE_MAX = 200;
/** For how long answers may lie unread: a switch waits for them for a few seconds. */
const UNREAD_MS = 30_000;

/** Keeps a line to the switch, where there is one. Answers how to end it. */
export function startCardSwitch(context: Context): () => Promise<void> {
  const { CARD_SWITCH_ADDRESS: address } = context.config;
  if (address === '') return async () => undefined;
  let [isOver, socket, again]: [boolean, Socket | undefined, NodeJS.Timeout | undefined] = [
    false,
    undefined,
    undefined,
  ];
  const underWay = new Set<Promise<void>>();
  const open = () => {
    socket = dial(address);
    const line = socket;
    line.on('error', (error) => context.log.warn({ err: error }, 'the line to the card switch is broken'));
    line.on('close', () => {
      if (!isOver) again = setTimeout(open, AGAIN_MS);
    });
    listen(line, (frame) => {
      const work = take(context, line, frame, underWay.size).finally(() => underWay.delete(work));
      underWay.add(work);
    });
  };
  open();
  return async () => {
    isOver = true;
    clearTimeout(again);
    await Promise.allSettled(underWay);
    socket?.destroy();
  };
}

/** Over TLS, but on this machine itself. */
function dial(address: string): Socket {
  const { hostname: host, port } = new URL(`tcp://${address}`);
  const where = { host, port: Number(port) };
  const socket = isLoopback(host) ? connectPlain(where) : connectSealed({ ...where, servername: host });
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
}

function listen(line: Socket, onFrame: (frame: Uint8Array) => void): void {
  let rest: Uint8Array = new Uint8Array();
  line.on('data', (bytes: Buffer) => {
    const come = unframed(Buffer.concat([rest, bytes]));
    rest = come.rest;
    for (const frame of come.frames) onFrame(frame);
  });
}

async function take(context: Context, line: Socket, frame: Uint8Array, atOnce: number): Promise<void> {
  let message: Iso8583Message;
  try {
    message = readIso8583(frame);
  } catch (error) {
    // Who writes what cannot be read is not understood from here on either.
    context.log.warn({ err: error }, 'what the card switch sent is no message');
    line.destroy();
    return;
  }
  const answer = atOnce < AT_ONCE_MAX ? await answerCardMessage(context, message) : answerTo(message, '91');
  if (answer) send(line, framed(answer));
}

/**
 * Sends an answer. While those before it are not read, nothing more is read either, so that neither pile up here; and who
 * reads nothing for long is not there any more: the line ends, and is made again.
 */
export function send(line: Socket, answer: Uint8Array, unreadMs = UNREAD_MS): void {
  if (!line.writable || line.write(answer) || line.isPaused()) return;
  line.pause();
  const gone = setTimeout(() => line.destroy(), unreadMs).unref();
  line.once('drain', () => {
    clearTimeout(gone);
    line.resume();
  });
}
