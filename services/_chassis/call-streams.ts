// Streams of a typed client. A stream is read as fast as the caller takes its messages, and no faster: what it does not take
// is not sent for.
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import { Code } from './errors.ts';
import { refusalFrom } from './grpc.ts';
import { asBuffer } from './outbox.ts';
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

/** The messages of a stream of bytes. Whoever stops reading ends the stream. */
export async function* messagesOf<Output extends DescMessage>(
  output: Output,
  stream: (grpc.ClientReadableStream<Buffer> | grpc.ClientDuplexStream<Buffer, Buffer>) & AsyncIterable<Buffer>,
  signal?: AbortSignal,
): AsyncGenerator<MessageShape<Output>> {
  const cancel = () => stream.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    if (signal?.aborted) return;
    for await (const bytes of stream) yield fromBinary(output, bytes);
  } catch (error) {
    if (signal?.aborted && (error as Partial<grpc.ServiceError>).code === Code.CANCELLED) return;
    throw refusalFrom(error);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** A stream of requests over one of bytes. */
export function exchangeOver<Input extends DescMessage, Output extends DescMessage>(
  { input, output }: { readonly input: Input; readonly output: Output },
  duplex: grpc.ClientDuplexStream<Buffer, Buffer>,
  signal?: AbortSignal,
): Exchanged<Input, Output> {
  const waiting = new Set<() => void>();
  // How a stream ends is told by its answers; whoever waits to send into an ended one waits no longer.
  duplex.on('error', () => undefined);
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
