// What the tests of the ledger's streams share: watchers that remember what they were shown.
import type { WatchBalancesResponse, WatchEntriesResponse } from '#gen/bank/ledger/v1/ledger_watch_pb.ts';

/** A stream that is read by a test, message by message. */
export interface Reading<Message> {
  /** The next message. */
  next(): Promise<Message>;
  /** Reads on until a message is `enough`, and answers all that it has read. */
  until(enough: (message: Message) => boolean): Promise<Message[]>;
  /** Ends the stream, as a watcher does that goes away. */
  leave(): Promise<void>;
}

/** Reads a stream. */
export function reading<Message>(stream: AsyncIterable<Message>): Reading<Message> {
  const messages = stream[Symbol.asyncIterator]();
  async function next(): Promise<Message> {
    const { value, done } = await messages.next();
    if (done) throw new Error('the stream has ended');
    return value;
  }
  return {
    next,
    async until(enough) {
      const read: Message[] = [];
      for (;;) {
        const message = await next();
        read.push(message);
        if (enough(message)) return read;
      }
    },
    leave: async () => {
      await messages.return?.();
    },
  };
}

/** The entries of messages as `account version`. */
export function seen(messages: readonly WatchEntriesResponse[]): string[] {
  return messages.flatMap(({ entries }) =>
    entries.map(({ ledgerAccountId, version }) => `${ledgerAccountId} ${version}`),
  );
}

/** All versions of an account up to one, as `seen` writes them. */
export function versions(ledgerAccountId: string, to: number, from = 1): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${ledgerAccountId} ${from + index}`);
}

/** The gaps of messages as `from-to`. */
export function gaps(messages: readonly (WatchBalancesResponse | WatchEntriesResponse)[]): string[] {
  return messages.flatMap((message) => message.gaps.map(({ fromVersion, toVersion }) => `${fromVersion}-${toVersion}`));
}
