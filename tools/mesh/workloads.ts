// What runs in a cluster, and who calls whom there: read from the contract's rules and the configuration, so that a new
// service is deployed without a list to keep.
import { variables } from '#chassis/config.ts';
import { type Rule, rules, type Workload } from '#gen/bank/rules.ts';
import { everyService } from '../plugins/workloads.ts';

/** A port of a deployment, by Istio's name of its protocol. */
export interface Port {
  readonly name: 'grpc' | 'http';
  readonly number: number;
}

/** The pods of one program. */
export interface Deployment {
  /** `ledger`: the name of its pods' label `app`, of its Service and of its folder in services/. */
  readonly name: string;
  /** The name in its SPIFFE id. */
  readonly identity: Workload;
  readonly ports: readonly Port[];
  readonly hasDatabase: boolean;
  /** The deployments that it calls. */
  readonly calls: readonly string[];
}

/** An RPC as the mesh sees it. */
export interface MeshRpc {
  /** `/bank.ledger.v1.LedgerService/GetJournal` */
  readonly path: string;
  /** The deployment that answers it. */
  readonly service: string;
  readonly rule: Rule;
}

/**
 * Beside a sidecar a pod has one identity. Security calls nobody as itself, and others only as its executor, so its pods
 * are the executor's. Integration calls as itself only what its inbound part may call too.
 */
const RUNS_AS: Readonly<Record<string, Workload>> = {
  security: 'security-executor',
  integration: 'integration-inbound',
};

export const EDGE = 'edge';

const packages = [...new Set(Object.keys(rules).map((path) => path.split('.')[1] ?? ''))].toSorted();
const services = packages.filter((name) => name !== everyService);

/** All RPCs of all services, in the order of their paths. */
export const rpcs: readonly MeshRpc[] = Object.entries<Rule>(rules)
  .flatMap(([path, rule]) => {
    const [, name = ''] = path.split('.');
    return (name === everyService ? services : [name]).map((service) => ({ path: `/${path}`, service, rule }));
  })
  .toSorted((a, b) => (a.path < b.path ? -1 : 1));

/** Everything that runs: each service of the contract, and the edge. */
export const deployments: readonly Deployment[] = [EDGE, ...services].map((name) => ({
  name,
  identity: identityOf(name),
  ports: portsOf(name),
  hasDatabase: `${name.toUpperCase()}_DATABASE_URL` in variables,
  calls: services.filter((service) =>
    rpcs.some((rpc) => rpc.service === service && rpc.rule.callers.includes(identityOf(name))),
  ),
}));

/** The deployment of an identity; undefined when nothing has it yet. */
export function deploymentOf(workload: Workload): Deployment | undefined {
  return deployments.find(({ identity }) => identity === workload);
}

/** The deployment of a name. Throws when there is none. */
export function deploymentNamed(name: string): Deployment {
  const found = deployments.find((deployment) => deployment.name === name);
  if (!found) throw new Error(`nothing is deployed as ${name}`);
  return found;
}

/** The deployments that call a service. */
export function callersOf(service: string): readonly Deployment[] {
  return deployments.filter(({ calls }) => calls.includes(service));
}

function identityOf(name: string): Workload {
  const identity = RUNS_AS[name];
  if (identity === undefined) return name as Workload;
  const own = rpcs.find(({ rule: { callers } }) => callers.includes(name as Workload) && !callers.includes(identity));
  if (own) throw new Error(`${name} runs as ${identity}, so it cannot call ${own.path} as itself`);
  return identity;
}

function portsOf(name: string): readonly Port[] {
  if (name === EDGE) {
    return [
      { name: 'http', number: defaultOf('EDGE_HTTP_PORT') },
      { name: 'grpc', number: defaultOf('EDGE_GRPC_PORT') },
    ];
  }
  return [{ name: 'grpc', number: defaultOf(`${name.toUpperCase()}_PORT`) }];
}

function defaultOf(variable: string): number {
  const value = Object.entries<{ default?: unknown }>(variables).find(([name]) => name === variable)?.[1].default;
  if (typeof value !== 'number') throw new Error(`${variable} has no default in the configuration`);
  return value;
}
