// One leader among the processes of a service: whoever holds an advisory lock on a connection of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from './log.ts';

/** A process that leads, or waits to. */
export interface Candidate {
  /** Stops leading, and waits until the work has ended. */
  stop(): Promise<void>;
}

const LOCK = 7_239_469;
const RETRY_MS = 300;

/**
 * Stands for leader of a database until it is stopped. `work` runs while it leads, and has to end soon after its signal
 * is aborted, as it is when the connection that holds the lock is lost.
 */
export function lead(options: {
  url: string;
  name: string;
  log: Logger;
  work: (signal: AbortSignal) => Promise<void>;
}): Candidate {
  const ended = new AbortController();
  const running = stand();

  async function stand(): Promise<void> {
    while (!ended.signal.aborted) {
      await term().catch((error: unknown) => options.log.warn({ error }, 'the connection for the lead failed'));
      await sleep(RETRY_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  }

  /** One connection's life: waits for the lock on it, and leads while it lasts. */
  async function term(): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([lost.signal, ended.signal]);
    const client = new pg.Client({
      connectionString: options.url,
      application_name: options.name,
      keepAlive: true,
    });
    client.on('error', () => lost.abort()).on('end', () => lost.abort());
    try {
      await client.connect();
      while (!signal.aborted) {
        const { rows } = await client.query<{ leads: boolean }>('select pg_try_advisory_lock($1) as leads', [LOCK]);
        if (rows[0]?.leads) await options.work(signal);
        else await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
}
