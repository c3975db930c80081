// What every service tells of its database and its events, read when somebody asks.
import type { Database } from './database.ts';
import { lagBehind } from './lag.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Operating } from './operating.ts';
import { countParked } from './parked.ts';
import { readOwnFlow } from './relay-state.ts';

/** Tells how the connections to the database are used. */
export function watchPool({ watch }: Metrics, { pool }: Pick<Database, 'pool'>): void {
  const gauges = {
    database_connections: 'Connections to the database, by whether they are at work.',
    database_waiting: 'Who waits for a connection.',
  };
  watch(gauges, async () => {
    const { totalCount, idleCount, waitingCount } = pool() ?? { totalCount: 0, idleCount: 0, waitingCount: 0 };
    return [
      { name: 'database_connections', value: totalCount - idleCount, labels: { state: 'working' } },
      { name: 'database_connections', value: idleCount, labels: { state: 'idle' } },
      { name: 'database_waiting', value: waitingCount },
    ];
  });
}

/** Tells how the service's own events flow, what is parked, and how far behind it is with those of others. */
export function watchEvents(
  { watch }: Metrics,
  operating: Pick<Operating, 'name' | 'database' | 'bus' | 'producers'>,
  log: Logger,
): void {
  const { database, producers } = operating;
  const own = {
    outbox_unpublished_events: 'Events that are committed and not on the bus yet.',
    outbox_oldest_unpublished_seconds: 'How long the oldest of them waits; 0 when there is none.',
    outbox_relay_seen_seconds:
      'How long ago a relay said that it leads: when it has published, and once a minute at rest.',
  };
  watch(own, async () => {
    const { unpublished, oldestMs, seenMs } = await readOwnFlow(database);
    const since = (ms: number | undefined) => (ms === undefined ? 0 : Math.max(0, Date.now() - ms) / 1_000);
    return [
      { name: 'outbox_unpublished_events', value: unpublished },
      { name: 'outbox_oldest_unpublished_seconds', value: since(oldestMs) },
      ...(seenMs === undefined ? [] : [{ name: 'outbox_relay_seen_seconds', value: since(seenMs) }]),
    ];
  });
  if (producers.length === 0) return;
  watch({ consumer_parked_events: 'Events that could not take effect, and those that wait behind them.' }, async () => {
    const counts = new Map((await database.query(countParked())).map(({ producer, count }) => [producer, count]));
    return producers.map((producer) => ({
      name: 'consumer_parked_events',
      value: counts.get(producer) ?? 0,
      labels: { producer },
    }));
  });
  const lag = {
    consumer_lag_events: 'Events of a producer that have not taken effect here yet.',
    consumer_lag_seconds: 'How long ago the oldest of them happened; 0 when there is none.',
  };
  watch(lag, async () => {
    const lags = await Promise.all(producers.map((producer) => lagBehind(operating, producer, log)));
    return lags.flatMap((one, index) => {
      const labels = { producer: producers[index] ?? '' };
      return one
        ? [
            { name: 'consumer_lag_events', value: one.events, labels },
            { name: 'consumer_lag_seconds', value: one.milliseconds / 1_000, labels },
          ]
        : [];
    });
  });
}
