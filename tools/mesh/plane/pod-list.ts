// Which pods there are of a bank in pods, and what their sidecars are told.
import type { Workload } from '#gen/bank/rules.ts';
import { developmentPolicy } from '../authorization.ts';
import { build } from '../kustomize.ts';
import { type World, worldOf } from '../lint/world.ts';
import { BANK, GATEWAYS, hostOf, INGRESS, TRUST_DOMAIN } from '../places.ts';
import { deploymentNamed, deploymentOf, deployments, EDGE } from '../workloads.ts';
import type { PodNetwork } from './namespaces.ts';
import type { Gateway } from './orders.ts';
import type { Plan } from './plan.ts';
import { planOf, podsNamed } from './planning.ts';

/** Where gateways listen. */
export const GATEWAY_PORT = 8080;
/** A pod that is in no mesh. */
export const OUTSIDER = 'outsider';
/** The second pod of a service. */
export function secondOf(service: string): string {
  return `${service}-2`;
}

/** A pod. */
export interface Pod extends PodNetwork {
  readonly plan: Plan | undefined;
  /** The service whose program runs in it. */
  readonly program: string | undefined;
}

/** The pod that a workload calls from. */
export function podOf(workload: Workload): string {
  return deploymentOf(workload)?.name ?? `as-${workload}`;
}

/** `ledger.bank.svc.cluster.local:9101` */
export function placeOf(service: string): string {
  return `${hostOf(service)}:${deploymentNamed(service).ports[0]?.number}`;
}

/** What stands on a cluster, and what only a development bank lets through: tokens for anybody. */
export function developmentWorld(overlay: string): World {
  const objects = build(overlay);
  const { trustDomain } = worldOf(objects);
  const policy = JSON.stringify(developmentPolicy(deploymentNamed(EDGE))).replaceAll(TRUST_DOMAIN, () => trustDomain);
  return worldOf([...objects, JSON.parse(policy)]);
}

/** All pods; `doubled`: the services that have two, `workloads`: those that nothing runs as. */
export function podsOf(world: World, doubled: readonly string[], workloads: readonly Workload[]): Pod[] {
  const running = deployments.map(({ name }): Pod => {
    const plan = planOf(world, podsNamed(world, BANK, name));
    return { name, ports: plan.inbound, hasSidecar: true, plan, program: name };
  });
  const second = running
    .filter(({ name }) => doubled.includes(name))
    .map((pod) => ({ ...pod, name: secondOf(pod.name) }));
  const others = workloads.map((workload): Pod => {
    const principal = `${world.trustDomain}/ns/${BANK}/sa/${workload}`;
    const plan = planOf(world, { namespace: BANK, labels: { app: workload }, principal, ports: [], owner: undefined });
    return { name: podOf(workload), ports: [], hasSidecar: true, plan, program: undefined };
  });
  const gateways = GATEWAYS.map(({ name }): Pod => {
    const plan = planOf(world, podsNamed(world, INGRESS, name));
    return { name: `gateway-${name}`, ports: [], hasSidecar: false, plan, program: undefined };
  });
  const outsider: Pod = { name: OUTSIDER, ports: [], hasSidecar: false, plan: undefined, program: undefined };
  return [...running, ...second, ...others, ...gateways, outsider];
}

/** The pod of a name. Throws when there is none. */
export function podNamed(pods: readonly Pod[], name: string): Pod {
  const pod = pods.find((one) => one.name === name);
  if (!pod) throw new Error(`there is no pod ${name}`);
  return pod;
}

/** What a pod leads to, if it is a gateway. */
export function gatewayOf(pod: string): Gateway | undefined {
  const gateway = GATEWAYS.find(({ name }) => pod === `gateway-${name}`);
  if (!gateway) return undefined;
  const { port: protocol } = gateway;
  const number = deploymentNamed(EDGE).ports.find(({ name }) => name === protocol)?.number ?? 0;
  return { host: hostOf(EDGE), port: { number, protocol }, listen: GATEWAY_PORT };
}
