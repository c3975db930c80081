// The database of a service: a cluster of CloudNativePG, its backups, and the secrets of its two roles.
import type { KubeObject } from './objects.ts';
import { BANK, DATA } from './places.ts';
import { databaseUrl } from './pods.ts';
import type { Deployment } from './workloads.ts';

/** Everything that a service's database needs. */
export function databaseObjects({ name }: Deployment): KubeObject[] {
  const [owner, runtime] = [`${name}_owner`, `${name}_runtime`];
  return [
    cluster(name),
    backups(name),
    roleSecret(`${name}-owner`, owner, `bank/${name}/owner`),
    roleSecret(`${name}-runtime`, runtime, `bank/${name}/runtime`),
    urlSecret(`${name}-migration`, databaseUrl(name, owner), `bank/${name}/owner`),
    urlSecret(`${name}-database`, databaseUrl(name, runtime), `bank/${name}/runtime`),
  ];
}

function cluster(name: string): KubeObject {
  return {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name, namespace: DATA },
    spec: {
      instances: 3,
      // Sidecars keep initdb from the API server and the operator from the instances.
      inheritedMetadata: { annotations: { 'sidecar.istio.io/inject': 'false' } },
      certificates: { serverCASecret: 'database-ca' },
      postgresql: {
        parameters: { max_connections: '200', wal_compression: 'lz4' },
        // What is acknowledged is on two machines; without a second one nothing is acknowledged.
        synchronous: { method: 'any', number: 1, dataDurability: 'required', failoverQuorum: true },
        pg_hba: ['hostssl all all all scram-sha-256', 'host all all all reject'],
      },
      bootstrap: { initdb: initdb(name) },
      managed: {
        roles: [
          { name: `${name}_runtime`, ensure: 'present', login: true, passwordSecret: { name: `${name}-runtime` } },
        ],
      },
      affinity: { topologyKey: 'topology.kubernetes.io/zone', podAntiAffinityType: 'required' },
      storage: { size: '20Gi' },
      walStorage: { size: '10Gi' },
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } },
      plugins: [
        { name: 'barman-cloud.cloudnative-pg.io', isWALArchiver: true, parameters: { barmanObjectName: 'backups' } },
      ],
    },
  };
}

/** As `make run` makes its databases: the owner's alone, but for what its migrations grant to the runtime role. */
function initdb(name: string) {
  const [owner, runtime] = [`${name}_owner`, `${name}_runtime`];
  return {
    database: name,
    owner,
    secret: { name: `${name}-owner` },
    dataChecksums: true,
    encoding: 'UTF8',
    postInitApplicationSQL: [
      `CREATE ROLE ${runtime}`,
      `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE ${name} TO ${runtime}`,
      `ALTER SCHEMA public OWNER TO ${owner}`,
      'REVOKE ALL ON SCHEMA public FROM PUBLIC',
      `GRANT USAGE ON SCHEMA public TO ${runtime}`,
    ],
  };
}

function backups(name: string): KubeObject {
  return {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'ScheduledBackup',
    metadata: { name, namespace: DATA },
    spec: {
      // With seconds in front: at 02:30.
      schedule: '0 30 2 * * *',
      cluster: { name },
      method: 'plugin',
      pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
      backupOwnerReference: 'self',
    },
  };
}

function roleSecret(name: string, role: string, key: string): KubeObject {
  const template = { type: 'kubernetes.io/basic-auth', data: { username: role, password: '{{ .password }}' } };
  return externalSecret({ name, namespace: DATA }, template, key);
}

function urlSecret(name: string, url: string, key: string): KubeObject {
  return externalSecret({ name, namespace: BANK }, { data: { url } }, key);
}

function externalSecret(metadata: { name: string; namespace: string }, template: object, key: string): KubeObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata,
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'bank' },
      target: { name: metadata.name, creationPolicy: 'Owner', template },
      data: [{ secretKey: 'password', remoteRef: { key, property: 'password' } }],
    },
  };
}
