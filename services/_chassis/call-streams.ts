// Streams of a typed client. A stream is read as fast as the caller takes its messages, and no faster: what it does not take
// is not sent for.
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import { asBuffer } from './encode.ts';
import { refusalFrom } from './grpc.ts';
import type { Trace } from './trace.ts';

/** What a caller may say of a stream that it opens. Ended by its signal, a stream ends without an error. */
export interface Opening {
  readonly trace?: Trace;
  readonly signal?: AbortSignal;
}

/** A stream of requests, as its caller holds it. */
export interface Exchanged<Input extends DescMessage, Output extends DescMessage> {
  /** Sends a message; waits while the other side reads no further. */
  send(message: MessageInitShape<Input>): Promise<void>;
  /** The answers, in whatever order. Ends after `done`; throws the refusal of the stream as a whole. */
  readonly answers: AsyncIterable<MessageShape<Output>>;
  /** Says that nothing more is sent. */
  done(): void;
}

/** A stream of bytes as grpc-js has it. */
export type ByteStream = (grpc.ClientReadableStream<Buffer> | grpc.ClientDuplexStream<Buffer, Buffer>) &
  AsyncIterable<Buffer>;

/** What comes over a stream; an error of grpc-js as the refusal that it carries. Whoever stops reading ends the stream. */
export async function* bytesFrom(stream: ByteStream, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const cancel = () => stream.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    if (!signal?.aborted) yield* stream;
  } catch (error) {
    if (!signal?.aborted) throw refusalFrom(error);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** The messages of a stream of bytes. */
export async function* messagesOf<Output extends DescMessage>(
  output: Output,
  stream: ByteStream,
  signal?: AbortSignal,
): AsyncGenerator<MessageShape<Output>> {
  for await (const bytes of bytesFrom(stream, signal)) yield fromBinary(output, bytes);
}

/** A stream of requests over one of bytes. */
export function exchangeOver<Input extends DescMessage, Output extends DescMessage>(
  { input, output }: { readonly input: Input; readonly output: Output },
  duplex: grpc.ClientDuplexStream<Buffer, Buffer>,
  signal?: AbortSignal,
): Exchanged<Input, Output> {
  const waiting = new Set<() => void>();
  // Whoever waits to send into an ended one waits no longer.
  duplex.once('status', () => {
    for (const done of waiting) done();
  });
  return {
    send: (message) =>
      new Promise((resolve) => {
        const done = () => {
          waiting.delete(done);
          resolve();
        };
        waiting.add(done);
        duplex.write(asBuffer(toBinary(input, create(input, message))), done);
      }),
    answers: messagesOf(output, duplex, signal),
    done: () => duplex.end(),
  };
}
