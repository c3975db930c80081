// Publishes a service's outbox anew, for operators: the stream is put away, and the relay fills the new one.
import { ensureStream, managerOf, natsBus, type StreamLimits, type StreamState, streamOf } from './bus.ts';
import type { Logger } from './log.ts';

const TRIES = 20;

/**
 * Puts a producer's stream away and makes it anew, to begin with event number `from`. The producer's relay notices within
 * a second, and publishes all from there. Consumers pass over what they have seen. Throws when NATS cannot be reached.
 */
export async function republish(options: {
  url: string;
  service: string;
  from: number;
  limits: StreamLimits;
  log: Logger;
}): Promise<StreamState> {
  const { service, from, limits, log } = options;
  if (!Number.isSafeInteger(from) || from < 1) throw new Error('republish: --from is the number of an event, from 1');
  const bus = natsBus({ url: options.url, name: `${service} republish`, log });
  try {
    const manager = await managerOf(await bus.connection());
    // The relay, too, makes a stream that it does not find, from the first event on: then it is put away once more.
    for (let tries = 0; tries < TRIES; tries += 1) {
      await manager.streams.delete(streamOf(service)).catch(() => false);
      const stream = await ensureStream(manager, service, limits, from).catch(() => undefined);
      if (stream?.from === from) return stream;
    }
    throw new Error(`republish: the stream ${streamOf(service)} could not be made anew`);
  } finally {
    await bus.close();
  }
}
