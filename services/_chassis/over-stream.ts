// Requests of many callers over one stream to another service. The stream is opened when it is needed, and again after it
// has ended; what it left unanswered by ending in order is sent once more, as it is idempotent, before anybody hears of it.
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { MARGIN_MS, type Onwards } from './call.ts';
import type { Exchanged } from './call-streams.ts';
import { Refusal, refuseCall } from './errors.ts';
import { traceparentOf } from './trace.ts';

/** What the stream itself adds to a request. */
interface Envelope {
  readonly correlation: string;
  readonly timeoutMs: number;
  readonly traceparent: string;
}

interface Waiting<Answer> {
  readonly message: object;
  readonly on: Onwards;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  sent: number;
}

/** One stream, and who waits for its answers, by correlation. */
interface Line<Input extends DescMessage, Output extends DescMessage> {
  readonly stream: Promise<Exchanged<Input, Output>>;
  readonly waiting: Map<string, Waiting<MessageShape<Output>>>;
}

const SENDS_MAX = 2;

/** Makes a function for one request out of a stream of them. It throws what the stream as a whole is refused for. */
export function overStream<Input extends DescMessage, Output extends DescMessage>(
  open: () => Promise<Exchanged<Input, Output>>,
): (message: Omit<MessageInitShape<Input>, keyof Envelope>, on: Onwards) => Promise<MessageShape<Output>> {
  type Answer = MessageShape<Output>;
  let current: Line<Input, Output> | undefined;
  let count = 0;

  function openLine(): Line<Input, Output> {
    const line: Line<Input, Output> = { stream: open(), waiting: new Map() };
    void endOf(line).then((error) => {
      if (current === line) current = undefined;
      const again = error instanceof Refusal && error.reason === 'STREAM_ENDED';
      for (const one of line.waiting.values()) {
        if (again && one.sent < SENDS_MAX) void send(one);
        else one.reject(error);
      }
    });
    return line;
  }

  async function send(one: Waiting<Answer>): Promise<void> {
    current ??= openLine();
    const { stream, waiting } = current;
    count += 1;
    const correlation = String(count);
    waiting.set(correlation, one);
    one.sent += 1;
    const timeoutMs = Math.max(1, one.on.deadline - MARGIN_MS - Date.now());
    const envelope: Envelope = { correlation, timeoutMs, traceparent: traceparentOf(one.on.trace) };
    // That a stream does not open is told by its end.
    await stream.then((opened) => opened.send({ ...one.message, ...envelope } as never)).catch(() => undefined);
  }

  return (message, on) =>
    new Promise((resolve, reject) => {
      const late = () => reject(refuseCall('DEADLINE_PASSED'));
      const left = on.deadline - MARGIN_MS - Date.now();
      if (left <= 0) return late();
      const timer = setTimeout(late, left);
      const settling =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      void send({ message, on, resolve: settling(resolve), reject: settling(reject), sent: 0 });
    });
}

/** Hands out answers until the stream ends. Answers why it did. */
async function endOf<Input extends DescMessage, Output extends DescMessage>({
  stream,
  waiting,
}: Line<Input, Output>): Promise<unknown> {
  try {
    for await (const answer of (await stream).answers) {
      const { correlation = '' } = answer as Partial<Envelope>;
      const one = waiting.get(correlation);
      waiting.delete(correlation);
      one?.resolve(answer);
    }
    return refuseCall('STREAM_ENDED');
  } catch (error) {
    return error;
  }
}
