// The pods of a deployment, and what keeps enough of them up.
import type { KubeObject } from './objects.ts';
import { BANK, DATA, hostOf, POSTGRES_PORT } from './places.ts';
import { scaler } from './scaling.ts';
import { type Deployment, deployments, EDGE, type Port } from './workloads.ts';

/** Not 1337, which is the sidecar's. */
const USER = 10_001;
const CERTIFICATES = '/certificates';
const DATA_DIR = '/data';
const OBJECTS_DIR = '/objects';
const NATS_KEYS = '/nats';

/** Where services are, for all pods: the variables <SERVICE>_ADDRESS. */
export function addresses(): KubeObject {
  const services = deployments.filter(({ name }) => name !== EDGE);
  const data = services.map(({ name, ports }) => [
    `${name.toUpperCase()}_ADDRESS`,
    `${hostOf(name)}:${ports[0]?.number}`,
  ]);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'addresses', namespace: BANK },
    data: Object.fromEntries(data),
  };
}

/** Everything that makes a deployment run, but for its database. */
export function podObjects(deployment: Deployment): KubeObject[] {
  return [
    serviceAccount(deployment),
    service(deployment),
    podDeployment(deployment),
    scaler(deployment),
    disruptionBudget(deployment),
  ];
}

/** Brings a database to the schema of the image, before the pods of that image start. */
export function migrationJob({ name }: Deployment): KubeObject {
  const upper = name.toUpperCase();
  const pod = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: podSecurity(),
    containers: [
      {
        name: 'migrate',
        image: 'corebank',
        args: [`services/${name}/main.ts`, 'migrate'],
        env: [fromSecret(`${upper}_MIGRATION_DATABASE_URL`, `${name}-migration`), ...databaseTls()],
        resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '256Mi' } },
        securityContext: containerSecurity(),
        volumeMounts: [databaseCaMount()],
      },
    ],
    volumes: [databaseCa()],
  };
  // PostgreSQL has no sidecar, and speaks TLS itself: a Job needs none either.
  const labels = { app: `${name}-migration`, 'sidecar.istio.io/inject': 'false' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${name}-migration`, namespace: BANK, labels: { 'corebank/step': 'migration' } },
    spec: { backoffLimit: 3, ttlSecondsAfterFinished: 86_400, template: { metadata: { labels }, spec: pod } },
  };
}

function serviceAccount({ identity }: Deployment): KubeObject {
  const metadata = { name: identity, namespace: BANK };
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false };
}

function service({ name, ports }: Deployment): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: BANK, labels: { app: name } },
    spec: {
      selector: { app: name },
      ports: ports.map((port) => ({
        name: port.name,
        appProtocol: port.name,
        port: port.number,
        targetPort: port.name,
      })),
    },
  };
}

/**
 * By these the agent asks the process for its metrics, on the pod's loopback, and shows them with the sidecar's own at 15020: nobody
 * else reaches that port.
 */
const METRICS = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9464', 'prometheus.io/path': '/metrics' };

function podDeployment(deployment: Deployment): KubeObject {
  const { name, identity } = deployment;
  const spec = {
    serviceAccountName: identity,
    automountServiceAccountToken: false,
    // Before it: ten seconds until nobody sends any more, ten for calls under way, ten for what they left to do.
    terminationGracePeriodSeconds: 60,
    securityContext: podSecurity(),
    topologySpreadConstraints: [
      spread('topology.kubernetes.io/zone', 'DoNotSchedule', name),
      spread('kubernetes.io/hostname', 'ScheduleAnyway', name),
    ],
    containers: [container(deployment)],
    volumes: volumes(deployment),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: BANK, labels: { app: name } },
    spec: {
      selector: { matchLabels: { app: name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      minReadySeconds: 10,
      template: { metadata: { labels: { app: name }, annotations: METRICS }, spec },
    },
  };
}

function container(deployment: Deployment) {
  const { name, ports, hasDatabase } = deployment;
  const upper = name.toUpperCase();
  return {
    name,
    image: 'corebank',
    args: [`services/${name}/main.ts`],
    envFrom: [{ configMapRef: { name: 'bank' } }, { configMapRef: { name: 'addresses' } }],
    env: [
      { name: 'DATA_DIR', value: DATA_DIR },
      { name: 'NATS_KEYS_DIR', value: NATS_KEYS },
      { name: 'METRICS_PORT', value: METRICS['prometheus.io/port'] },
      ...(hasObjects(name) ? [{ name: 'OBJECT_STORE_DIR', value: OBJECTS_DIR }] : []),
      // With the name and password of a mail server in it.
      ...(name === 'notification' ? [fromSecret('SMTP_URLS', 'notification-mail')] : []),
      ...(hasDatabase ? [fromSecret(`${upper}_DATABASE_URL`, `${name}-database`), ...databaseTls()] : []),
    ],
    ports: ports.map((port) => ({ name: port.name, containerPort: port.number })),
    ...probes(ports),
    lifecycle: { preStop: { sleep: { seconds: 10 } } },
    resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { memory: '512Mi' } },
    securityContext: containerSecurity(),
    volumeMounts: mounts(deployment),
  };
}

/** Asked at the service's own port: beside a sidecar it has no TLS, and the agent passes them on. None looks at a database. */
function probes(ports: readonly Port[]) {
  const http = ports.find(({ name }) => name === 'http');
  const ask = http ? { httpGet: { path: '/healthz', port: http.number } } : { grpc: { port: ports[0]?.number ?? 0 } };
  return {
    startupProbe: { ...ask, periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...ask, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2 },
    livenessProbe: { ...ask, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  };
}

/** Signs what it keeps, outside its database: with a key of its own. */
function isProven(name: string): boolean {
  return name === 'ledger' || name === 'audit';
}

/** Keeps something outside its database: checkpoints, an archive, documents. On a volume of its own. */
function hasObjects(name: string): boolean {
  return isProven(name) || name === 'customer';
}

function volumes({ name, hasDatabase }: Deployment) {
  const secrets = ['keyring', ...(isProven(name) ? [`${name}-checkpoints`] : [])];
  return [
    { name: 'data', emptyDir: { sizeLimit: '64Mi' } },
    { name: 'nats', secret: { secretName: `nats-${name}`, defaultMode: 0o440 } },
    ...(hasDatabase
      ? [
          // Group-readable: the files are the node's, and the pods' group may read them.
          {
            name: 'keyring',
            projected: { defaultMode: 0o440, sources: secrets.map((one) => ({ secret: { name: one } })) },
          },
          databaseCa(),
        ]
      : []),
    ...(hasObjects(name) ? [{ name: 'objects', persistentVolumeClaim: { claimName: `${name}-objects` } }] : []),
    ...(name === 'security' ? [{ name: 'kms', secret: { secretName: 'kms', defaultMode: 0o440 } }] : []),
    ...(name === 'notification'
      ? [{ name: 'messages', secret: { secretName: 'notification-token', defaultMode: 0o440 } }]
      : []),
  ];
}

function mounts({ name, hasDatabase }: Deployment) {
  return [
    { name: 'data', mountPath: DATA_DIR },
    { name: 'nats', mountPath: NATS_KEYS, readOnly: true },
    ...(hasDatabase ? [{ name: 'keyring', mountPath: `${DATA_DIR}/keyring`, readOnly: true }, databaseCaMount()] : []),
    ...(hasObjects(name) ? [{ name: 'objects', mountPath: OBJECTS_DIR }] : []),
    ...(name === 'security' ? [{ name: 'kms', mountPath: '/kms', readOnly: true }] : []),
    ...(name === 'notification' ? [{ name: 'messages', mountPath: '/messages', readOnly: true }] : []),
  ];
}

function disruptionBudget({ name }: Deployment): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: BANK },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
  };
}

function spread(topologyKey: string, whenUnsatisfiable: string, app: string) {
  return { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector: { matchLabels: { app } } };
}

function podSecurity() {
  const seccompProfile = { type: 'RuntimeDefault' };
  return { runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, fsGroup: USER, seccompProfile };
}

function containerSecurity() {
  return { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
}

function fromSecret(name: string, secret: string) {
  return { name, valueFrom: { secretKeyRef: { name: secret, key: 'url' } } };
}

/** The driver takes TLS from its environment, and Node whom it trusts. */
function databaseTls() {
  return [
    { name: 'PGSSLMODE', value: 'verify-full' },
    { name: 'NODE_EXTRA_CA_CERTS', value: `${CERTIFICATES}/ca.crt` },
  ];
}

function databaseCa() {
  return { name: 'database-ca', secret: { secretName: 'database-ca' } };
}

function databaseCaMount() {
  return { name: 'database-ca', mountPath: CERTIFICATES, readOnly: true };
}

/** `postgres://…` for a role of a service's database; the password is the secret store's to fill in. */
export function databaseUrl(service: string, role: string): string {
  // As the operator writes it into the server's certificate.
  return `postgres://${role}:{{ .password }}@${service}-rw.${DATA}.svc:${POSTGRES_PORT}/${service}`;
}
