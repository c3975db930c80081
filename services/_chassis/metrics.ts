// What a process tells of itself to Prometheus, at a port of its own, where there is nothing else. Names and labels are those of the
// contract and of the code: nobody's id, and nothing that a caller could make up.
import { createServer, type Server } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Config } from './config.ts';
import { Code } from './errors.ts';
import type { Logger } from './log.ts';

/** A figure that is read when it is asked for. */
export interface Figure {
  /** One of those that it is read with. */
  readonly name: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What is told. Without a port nothing is, and nothing is counted. */
export interface Metrics {
  /** A call, or one that streams, was answered with a code of gRPC after so long. */
  answered(rpc: string, code: number, milliseconds: number): void;
  /** A stream was ended with a code. */
  ended(rpc: string, code: number): void;
  /** The edge refused a call at the door. */
  turnedAway(reason: string): void;
  /** So much work was done in one transaction. */
  batched(what: 'commands' | 'journals', size: number, milliseconds: number): void;
  /** Figures, by their names (those of counters end in `_total`) and what they are, that are read together whenever somebody asks. */
  watch(gauges: Readonly<Record<string, string>>, read: () => Promise<readonly Figure[]>): void;
  stop(): Promise<void>;
}

const CODES: ReadonlyMap<number, string> = new Map([
  [0, 'OK'],
  ...Object.entries(Code).map(([name, code]) => [code, name] as const),
]);
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];
/** What has to be asked of a database or the bus is left out when it takes longer. */
const READ_MS = 3_000;
const LOOP_RESOLUTION_MS = 10;
const NANO = 1e-9;
const MICRO = 1e-6;

const NONE: Metrics = {
  answered: () => {},
  ended: () => {},
  turnedAway: () => {},
  batched: () => {},
  watch: () => {},
  stop: async () => {},
};

/** Opens the port of a process for its metrics, if it has one. */
export async function openMetrics(
  { METRICS_PORT, METRICS_HOST }: Pick<Config, 'METRICS_PORT' | 'METRICS_HOST'>,
  log: Logger,
  readMs = READ_MS,
): Promise<Metrics> {
  if (METRICS_PORT === undefined) return NONE;
  // Loaded where it is wanted: most processes of tests and of developers tell nothing.
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const { PrometheusExporter, PrometheusSerializer } = await import('@opentelemetry/exporter-prometheus');
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('corebank');
  const histogram = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { description, advice: { explicitBucketBoundaries } });
  const answered = histogram('rpc_server_duration_seconds', 'How long calls took, by RPC and code of gRPC.', SECONDS);
  const ended = meter.createCounter('rpc_server_streams', { description: 'Streams that were ended, by RPC and code.' });
  const turnedAway = meter.createCounter('edge_refusals', { description: 'Calls that the edge refused at the door.' });
  const sizes = histogram('batch_size', 'How much work one transaction did.', SIZES);
  const durations = histogram('batch_duration_seconds', 'How long the transaction of a batch took.', SECONDS);

  const metrics: Omit<Metrics, 'stop'> = {
    answered: (rpc, code, ms) => answered.record(ms / 1_000, { rpc, code: CODES.get(code) ?? 'UNKNOWN' }),
    ended: (rpc, code) => ended.add(1, { rpc, code: CODES.get(code) ?? 'UNKNOWN' }),
    turnedAway: (reason) => turnedAway.add(1, { reason }),
    batched(what, size, ms) {
      sizes.record(size, { what });
      durations.record(ms / 1_000, { what });
    },
    watch(gauges, read) {
      const made = Object.entries(gauges).map(([name, description]) => {
        const isCounter = name.endsWith('_total');
        const instrument = isCounter ? meter.createObservableCounter : meter.createObservableGauge;
        return [name, instrument.call(meter, name, { description })] as const;
      });
      const byName = new Map(made);
      meter.addBatchObservableCallback(
        async (result) => {
          for (const { name, value, labels = {} } of await inTime(read, readMs, log)) {
            const gauge = byName.get(name);
            if (gauge) result.observe(gauge, value, { ...labels });
          }
        },
        made.map(([, gauge]) => gauge),
      );
    },
  };
  watchProcess(metrics);
  // Whoever asks while it is being collected is answered with the same.
  let collecting: Promise<string> | undefined;
  const collect = () => {
    collecting ??= reader
      .collect()
      .then(({ resourceMetrics }) => serializer.serialize(resourceMetrics))
      .finally(() => {
        collecting = undefined;
      });
    return collecting;
  };
  const server = await serveText(METRICS_HOST, METRICS_PORT, collect);
  return {
    ...metrics,
    async stop() {
      server.closeAllConnections();
      server.close();
      await provider.shutdown();
    },
  };
}

/** What is read; nothing where that fails or takes too long, so that all else is told. */
async function inTime(read: () => Promise<readonly Figure[]>, readMs: number, log: Logger): Promise<readonly Figure[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it takes too long to read')), readMs);
  });
  try {
    return await Promise.race([read(), late]);
  } catch (err) {
    log.warn({ err }, 'some metrics cannot be told');
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** How the process itself does. */
function watchProcess({ watch }: Pick<Metrics, 'watch'>): void {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  const gauges = {
    process_cpu_seconds_total: 'Processor time since the process began.',
    process_resident_memory_bytes: 'Memory that the process holds.',
    process_heap_used_bytes: 'Memory that its objects hold.',
    event_loop_delay_seconds:
      'How late timers were since the last time that somebody asked: median, 99 of 100, the worst.',
  };
  watch(gauges, async () => {
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage();
    const late = { '0.5': delay.percentile(50), '0.99': delay.percentile(99), '1': delay.max };
    delay.reset();
    return [
      { name: 'process_cpu_seconds_total', value: (user + system) * MICRO },
      { name: 'process_resident_memory_bytes', value: memory.rss },
      { name: 'process_heap_used_bytes', value: memory.heapUsed },
      ...Object.entries(late).map(([quantile, nanoseconds]) => ({
        name: 'event_loop_delay_seconds',
        value: Math.max(0, nanoseconds * NANO - LOOP_RESOLUTION_MS / 1_000),
        labels: { quantile },
      })),
    ];
  });
}

/** Serves a text at `/metrics`, and nothing else. */
function serveText(host: string, port: number, collect: () => Promise<string>): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 8_192 }, (request, response) => {
    const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
    if (!isAsked) {
      response.writeHead(404).end();
      return;
    }
    collect().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.once('error', reject).listen(port, host, () => resolve(server));
  return promise;
}
