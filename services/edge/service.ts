// The edge: the bank's only door. See README.md.
import { type Config, isLoopback, readConfig } from '#chassis/config.ts';
import { developmentIssuerOf } from '#chassis/issuer.ts';
import { makeLog } from '#chassis/log.ts';
import { openMetrics } from '#chassis/metrics.ts';
import { makeContext } from './context.ts';
import { serveGrpc } from './grpc.ts';
import { serveHttp } from './http.ts';

/** An edge that runs. */
export interface RunningEdge {
  /** Connect and gRPC-Web. */
  readonly httpPort: number;
  /** gRPC. */
  readonly grpcPort: number;
  /** Drains: no new connections, calls under way are finished, within the grace. */
  stop(): Promise<void>;
}

const BEGIN_MS = 2_000;

/** Starts the edge on both its ports. Port 0 lets the kernel choose. */
export async function startEdge(environment: NodeJS.ProcessEnv): Promise<RunningEdge> {
  const config = readConfig(environment);
  refusePlaintext(config);
  const log = makeLog('edge', config.LOG_LEVEL, config.LOG_FILE);
  const metrics = await openMetrics(config, log);
  const context = makeContext(config, { log, metrics }, await developmentIssuerOf(config));
  // Whoever has a session would be turned away until then; whatever is away, the edge serves in the end.
  await context.revocations.begun(BEGIN_MS);
  const http = await serveHttp(context);
  const grpc = await serveGrpc(context).catch(async (error: unknown) => {
    await http.stop();
    await context.close();
    throw error;
  });
  log.info({ httpPort: http.port, grpcPort: grpc.port }, 'serving');
  return {
    httpPort: http.port,
    grpcPort: grpc.port,
    async stop() {
      context.streams.endAll();
      await Promise.all([http.stop(), grpc.stop()]);
      await context.close();
    },
  };
}

/** Its ports have no TLS: inside a mesh the sidecar has it, elsewhere what ends TLS for it must stand on the same host. */
function refusePlaintext({ LISTEN_HOST, WORKLOAD_IDENTITY }: Config): void {
  if (WORKLOAD_IDENTITY === 'istio' || isLoopback(LISTEN_HOST)) return;
  throw new Error('LISTEN_HOST: the edge has no TLS of its own, so outside a mesh it listens on loopback only');
}
