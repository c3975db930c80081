// How calls travel: deadlines and retries by idempotency_level, connections, and what each sidecar knows of.
import type { DescMethod } from '@bufbuild/protobuf';
import { MAX_DEADLINE_MS } from '#chassis/serve.ts';
import { published } from '#chassis/services.ts';
import { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import type { KubeObject } from './objects.ts';
import { BANK, EGRESS, hostOf, leaves, MESSAGING, OBSERVABILITY, sendsWebhooks } from './places.ts';
import { type Deployment, EDGE, type MeshRpc, rpcs } from './workloads.ts';

/** Callers set the deadline and services keep to it: this is for a service that does not. */
const BACKSTOP_SECONDS = MAX_DEADLINE_MS / 1_000 + 5;

/** A read may be made again by another pod whatever came of it, within its deadline. */
const READ_RETRIES = {
  attempts: 2,
  perTryTimeout: `${Math.floor(BACKSTOP_SECONDS / 3)}s`,
  retryOn: 'connect-failure,refused-stream,reset-before-request,unavailable',
};

/** A write only when it did not reach the service; whether to make it again is otherwise its caller's to say. */
const WRITE_RETRIES = { attempts: 1, retryOn: 'connect-failure,refused-stream,reset-before-request' };

const NO_RETRIES = { attempts: 0 };

/** Retries and deadlines of a service's RPCs. What is not named here is not sent anywhere. */
export function virtualService({ name, ports }: Deployment): KubeObject {
  const own = rpcs.filter(({ service }) => service === name);
  const port = ports[0]?.number ?? 0;
  const route = (routeName: string, chosen: readonly MeshRpc[], settings: object) =>
    chosen.length === 0
      ? []
      : [
          {
            name: routeName,
            match: chosen.map(({ path }) => ({ uri: { exact: path } })),
            route: [{ destination: { host: hostOf(name), port: { number: port } } }],
            ...settings,
          },
        ];
  const unary = own.filter((rpc) => kindOf(rpc) === 'unary');
  const timeout = `${BACKSTOP_SECONDS}s`;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: BANK },
    spec: {
      exportTo: ['.'],
      hosts: [hostOf(name)],
      http: [
        ...route('reads', unary.filter(isRead), { timeout, retries: READ_RETRIES }),
        ...route(
          'writes',
          unary.filter((rpc) => !isRead(rpc)),
          { timeout, retries: WRITE_RETRIES },
        ),
        // Streams last as long as they do: without a timeout there is none.
        ...route(
          'streams',
          own.filter((rpc) => kindOf(rpc) !== 'unary'),
          { retries: NO_RETRIES },
        ),
      ],
    },
  };
}

function isRead({ rule }: MeshRpc): boolean {
  return rule.idempotency === 'no_side_effects';
}

function kindOf({ path }: MeshRpc): DescMethod['methodKind'] {
  const [typeName, method] = path.slice(1).split('/');
  const contracts = [OperationsService, ...published.map(({ service }) => service)];
  const service = contracts.find((one) => one.typeName === typeName);
  const found = service?.methods.find(({ name }) => name === method);
  if (!found) throw new Error(`${path} is of no service in services/_chassis/services.ts`);
  return found.methodKind;
}

/** Connections to a deployment, and when a pod of it is left alone for a while. */
export function destinationRule({ name }: Deployment): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace: BANK },
    spec: {
      host: hostOf(name),
      trafficPolicy: {
        tls: { mode: 'ISTIO_MUTUAL' },
        loadBalancer: { simple: 'LEAST_REQUEST', warmup: { duration: '60s' } },
        connectionPool: {
          tcp: {
            connectTimeout: '1s',
            maxConnections: 100,
            tcpKeepalive: { time: '60s', interval: '15s', probes: 4 },
          },
          http: { http2MaxRequests: 1000, maxConcurrentStreams: 100, maxRetries: 3, idleTimeout: '300s' },
        },
        retryBudget: { percent: 20, minRetryConcurrency: 3 },
        outlierDetection: {
          consecutiveGatewayErrors: 5,
          consecutive5xxErrors: 0,
          splitExternalLocalOriginErrors: true,
          consecutiveLocalOriginFailures: 5,
          interval: '10s',
          baseEjectionTime: '30s',
          // Of three pods, one at most.
          maxEjectionPercent: 34,
          minHealthPercent: 50,
        },
      },
    },
  };
}

/** What a deployment's sidecars know of: whom it calls, and what all talk to. Keeps them small; no boundary by itself. */
export function sidecar(deployment: Deployment): KubeObject {
  const { name, calls } = deployment;
  const hosts = [
    ...calls.map((callee) => `./${hostOf(callee)}`),
    `${MESSAGING}/${hostOf('nats', MESSAGING)}`,
    `${OBSERVABILITY}/${hostOf('otel-collector', OBSERVABILITY)}`,
    ...(deployment.hasDatabase ? [`bank-data/${hostOf(`${name}-rw`, 'bank-data')}`] : []),
    ...(leaves(name) ? [`${EGRESS}/*`] : []),
  ];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name, namespace: BANK },
    spec: {
      workloadSelector: { labels: { app: name } },
      // What may be reached beyond, the network policy says: to public addresses at 443, and no other.
      outboundTrafficPolicy: { mode: sendsWebhooks(name) ? 'ALLOW_ANY' : 'REGISTRY_ONLY' },
      egress: [{ hosts: hosts.toSorted() }],
    },
  };
}

/** Whether a deployment has RPCs of its own, and so routes: the edge's callers are gateways, with routes of theirs. */
export function hasRoutes({ name }: Deployment): boolean {
  return name !== EDGE;
}
