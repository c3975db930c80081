// The users of NATS in a cluster: Helm values with their rights, and secrets with their keys.
import { busRights } from '../platform/nats-users.ts';
import type { KubeObject } from './objects.ts';
import { BANK, MESSAGING } from './places.ts';
import type { Deployment } from './workloads.ts';

const USERS = 'nats-users';

/** Helm values of the NATS chart, beside those by hand: one user for each workload, held to what its own events need. */
export function natsValues(): object {
  const users = [...busRights()].map(([workload, { publish, publishDenied, subscribe }]) => ({
    // The chart's way to write what NATS is to read as a variable.
    nkey: `<< $${variableOf(workload)} >>`,
    permissions: { publish: { allow: publish, deny: publishDenied }, subscribe: { allow: subscribe } },
  }));
  const env = [...busRights().keys()].map((workload) => [
    variableOf(workload),
    { valueFrom: { secretKeyRef: { name: USERS, key: workload } } },
  ]);
  return { config: { merge: { authorization: { users } } }, container: { env: Object.fromEntries(env) } };
}

/** The public keys by which NATS knows its users. */
export function natsUsersSecret(): KubeObject {
  const data = [...busRights().keys()].map((workload) => remote(workload, workload, 'user'));
  return externalSecret(USERS, MESSAGING, data);
}

/** The key by which a deployment proves to NATS who it is. */
export function natsKeySecret({ name }: Deployment): KubeObject {
  return externalSecret(`nats-${name}`, BANK, [remote(`${name}.nk`, name, 'seed')]);
}

function variableOf(workload: string): string {
  return `NATS_USER_${workload.toUpperCase().replaceAll('-', '_')}`;
}

function remote(secretKey: string, workload: string, property: string) {
  return { secretKey, remoteRef: { key: `bank/${workload}/nats`, property } };
}

function externalSecret(name: string, namespace: string, data: readonly object[]): KubeObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, namespace },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'bank' },
      target: { name, creationPolicy: 'Owner' },
      data,
    },
  };
}
