// What an operator may ask of a service's main program, besides to run it and to migrate its database.
import { parseArgs } from 'node:util';
import type { StreamLimits } from './bus.ts';
import type { Config } from './config.ts';
import { openDatabase } from './database.ts';
import type { Logger } from './log.ts';
import { releaseParked } from './parked.ts';
import { republish } from './republish.ts';

/** How large a service's stream may grow, how long it keeps events, and on how many servers. */
export function streamLimits(config: Config): StreamLimits {
  return {
    maxBytes: config.EVENT_STREAM_MAX_BYTES,
    maxAgeMs: config.EVENT_STREAM_MAX_AGE_HOURS * 3_600_000,
    replicas: config.EVENT_STREAM_REPLICAS,
  };
}

/**
 * `republish --from N`: publishes the service's events anew, from number N on. `release --producer P --aggregate A`: tries
 * the parked events of an aggregate again. Throws a sentence for anything else.
 */
export async function operate(options: {
  service: string;
  words: string[];
  config: Config;
  databaseUrl: string;
  log: Logger;
}): Promise<string> {
  const { service, config, log } = options;
  const string = { type: 'string', default: '' } as const;
  const { positionals, values } = parseArgs({
    args: options.words,
    allowPositionals: true,
    options: { from: string, producer: string, aggregate: string },
  });
  if (positionals[0] === 'republish') {
    if (config.NATS_URL === '') throw new Error('republish: NATS_URL is required');
    const { from } = await republish({
      url: config.NATS_URL,
      service,
      from: Number(values.from),
      limits: streamLimits(config),
      log,
    });
    return `The events of ${service} are published anew from number ${from} on.`;
  }
  if (positionals[0] === 'release' && values.producer && values.aggregate) {
    const database = await openDatabase({
      url: options.databaseUrl,
      service,
      entities: [],
      poolMax: 1,
      statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
      log,
    });
    try {
      const count = await releaseParked(database, values.producer, values.aggregate);
      return `${count} parked events of ${values.aggregate} are released.`;
    } finally {
      await database[Symbol.asyncDispose]();
    }
  }
  throw new Error('use: main.ts [migrate | republish --from N | release --producer SERVICE --aggregate ID]');
}
