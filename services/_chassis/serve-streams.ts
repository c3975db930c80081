// Streams of a service's gRPC server. A server stream is pulled: its handler makes the next message when the one before
// has left, so that a caller that does not read costs one message, and nothing waits for him. On a stream of requests each
// message is a call of its own: read, validated, answered or refused by itself, so many at once and no more.
import type { Writable } from 'node:stream';
import type { DescMessage, DescMethod, Message, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import type { Call } from './call-context.ts';
import { asBuffer } from './encode.ts';
import { Refusal, refuseCall } from './errors.ts';
import { statusOf } from './grpc.ts';
import type { Logger } from './log.ts';

/** No stream lasts longer: whoever may no longer call is gone by then, and processes that are new get their share. */
export const MAX_STREAM_MS = 10 * 60_000;

/** So many messages of one stream are at work at a time; until one is answered, no more are read. */
export const IN_FLIGHT_MAX = 256;

/** The call of a server stream. */
export interface Watch extends Call {
  /** Aborts when nobody listens any more, or nobody shall: the handler then comes to an end. */
  readonly signal: AbortSignal;
}

/** How the messages of a stream of requests are answered. */
export interface Exchange<Input extends DescMessage, Output extends DescMessage> {
  /** Answers one message. The call is that of the stream, its deadline the message's own. */
  answer(message: MessageShape<Input>, call: Call): Promise<MessageInitShape<Output>>;
  /** Says why a message is not answered; of one that cannot be read there is none. */
  refused(refusal: Refusal, message: MessageShape<Input> | undefined): MessageInitShape<Output>;
}

/** What the server does with every call, be its messages one or many. */
export interface Gate {
  readonly rpc: string;
  readonly method: DescMethod;
  /** Who calls, and that he may. */
  enter(incoming: Incoming): Promise<Call>;
  /** Reads a message. */
  parse(bytes: Buffer): Message;
  /** Refuses one that is not valid, or about things that the caller may not name. */
  check(message: Message, bytes: Buffer, call: Call): Promise<void>;
  /** What the caller is told of an error. */
  refusalOf(error: unknown, message: Message | undefined, log: Logger | undefined): Refusal;
  /** Counts a call that was answered, or a stream that was ended, with a code. */
  count(code: number, milliseconds: number): void;
  /** When a message of a stream that arrives now is late, unless it says so itself. */
  deadline(): number;
}

/** A call as grpc-js brings it. */
export type Incoming = Pick<
  grpc.ServerUnaryCall<Buffer, Buffer>,
  'metadata' | 'getDeadline' | 'getPeer' | 'getAuthContext'
>;

/** The streams of one server. */
export class OpenStreams {
  readonly #ends = new Set<() => void>();
  #closing = false;

  /** Registers a stream: `end` is called once, when it is time. Answers how to forget it. */
  open(end: () => void): () => void {
    if (this.#closing) throw refuseCall('STREAM_ENDED');
    const close = () => {
      clearTimeout(timer);
      this.#ends.delete(once);
    };
    const once = () => {
      close();
      end();
    };
    const timer = setTimeout(once, MAX_STREAM_MS).unref();
    this.#ends.add(once);
    return close;
  }

  /** Ends all streams; none is opened any more. */
  endAll(): void {
    this.#closing = true;
    for (const end of this.#ends) end();
  }
}

/** A server stream's handler, whatever its messages. */
export type StreamHandler = (request: Message, call: Watch) => AsyncIterable<MessageInitShape<DescMethod['output']>>;

/** The wrapper of a server stream's handler. */
export function streaming(
  gate: Gate,
  handler: StreamHandler,
  streams: OpenStreams,
): grpc.handleServerStreamingCall<Buffer, Buffer> {
  return (outgoing) => {
    const ended = new AbortController();
    outgoing.once('cancelled', () => ended.abort());
    let call: Call | undefined;
    let request: Message | undefined;

    async function stream(): Promise<void> {
      call = await gate.enter(outgoing);
      request = gate.parse(outgoing.request);
      await gate.check(request, outgoing.request, call);
      const close = streams.open(() => ended.abort());
      try {
        for await (const message of handler(request, { ...call, signal: ended.signal })) {
          if (ended.signal.aborted) break;
          await written(outgoing, bytesOf(gate.method, message), ended.signal);
        }
      } finally {
        close();
      }
      if (ended.signal.aborted) throw refuseCall('STREAM_ENDED');
    }

    endingOf(gate, stream(), outgoing, (error) => gate.refusalOf(error, request, call?.log));
  };
}

/** Ends a stream when all of it is done, or with what it was refused for. */
function endingOf(gate: Gate, done: Promise<void>, stream: Writable, refusalOf: (error: unknown) => Refusal): void {
  const started = performance.now();
  done.then(
    () => {
      gate.count(0, performance.now() - started);
      stream.end();
    },
    (error: unknown) => {
      const refusal = refusalOf(error);
      gate.count(refusal.code, performance.now() - started);
      stream.emit('error', statusOf(refusal));
    },
  );
}

/** The wrapper of how a stream of requests is answered. */
export function exchanging(
  gate: Gate,
  exchange: Exchange<DescMessage, DescMessage>,
  streams: OpenStreams,
): grpc.handleBidiStreamingCall<Buffer, Buffer> {
  return (duplex) => {
    const gone = new AbortController();
    duplex.once('cancelled', () => gone.abort());
    let call: Call | undefined;

    async function stream(): Promise<void> {
      const opened = await gate.enter(duplex);
      call = opened;
      const shutting = new AbortController();
      const close = streams.open(() => shutting.abort());
      try {
        const halt = AbortSignal.any([gone.signal, shutting.signal]);
        const answer = async (bytes: Buffer, place: number) =>
          written(duplex, await answerOf(gate, exchange, opened, bytes, place), gone.signal);
        await eachOf(duplex, halt, answer);
      } finally {
        close();
      }
      if (shutting.signal.aborted) throw refuseCall('STREAM_ENDED');
    }

    endingOf(gate, stream(), duplex, (error) => gate.refusalOf(error, undefined, call?.log));
  };
}

/** Works on each message as it comes, on so many at once and no more, until the other side is done or it is time. */
function eachOf(
  duplex: grpc.ServerDuplexStream<Buffer, Buffer>,
  halt: AbortSignal,
  work: (bytes: Buffer, place: number) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let place = 0;
    let inFlight = 0;
    let over = halt.aborted;
    const settle = () => {
      if (over && inFlight === 0) resolve();
    };
    const finish = () => {
      over = true;
      duplex.pause();
      settle();
    };
    halt.addEventListener('abort', finish, { once: true });
    duplex.once('end', finish);
    duplex.on('data', (bytes: Buffer) => {
      if (over) return;
      place += 1;
      inFlight += 1;
      if (inFlight >= IN_FLIGHT_MAX) duplex.pause();
      work(bytes, place).then(() => {
        inFlight -= 1;
        if (!over) duplex.resume();
        settle();
      }, reject);
    });
    settle();
  });
}

/** The answer to one message of a stream, or the message that says why there is none. */
async function answerOf(
  gate: Gate,
  exchange: Exchange<DescMessage, DescMessage>,
  opened: Call,
  bytes: Buffer,
  place: number,
): Promise<Buffer> {
  let message: Message | undefined;
  try {
    const call = { ...opened, deadline: gate.deadline() };
    message = gate.parse(bytes);
    await gate.check(message, bytes, call);
    return bytesOf(gate.method, await exchange.answer(message, call));
  } catch (error) {
    const refusal = gate.refusalOf(error, message, opened.log);
    const { code, reason, domain, message: said, metadata, violations } = refusal;
    const placed = { ...metadata, message_number: String(place) };
    const told = new Refusal({ code, reason, domain, message: said, metadata: placed, violations });
    return bytesOf(gate.method, exchange.refused(told, message));
  }
}

function bytesOf({ output }: DescMethod, message: MessageInitShape<DescMethod['output']>): Buffer {
  return asBuffer(toBinary(output, create(output, message)));
}

/** Waits until a message has left. One whose reader is gone is dropped. */
export function written(stream: Writable, bytes: Buffer, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const done = () => {
      gone.removeEventListener('abort', done);
      resolve();
    };
    gone.addEventListener('abort', done);
    stream.write(bytes, done);
  });
}
