import { expect } from 'chai';
import { developmentPolicy } from '../authorization.ts';
import { istioData } from '../istio-data.ts';
import { build } from '../kustomize.ts';
import type { KubeObject } from '../objects.ts';
import { applyOperations } from '../patches.ts';
import { deploymentNamed } from '../workloads.ts';
import { readCrds } from './crds.ts';
import { lint } from './lint.ts';

const EXTERNAL = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  metadata: { name: 'rates', namespace: 'bank-egress' },
  spec: {
    hosts: ['rates.partner.example'],
    location: 'MESH_EXTERNAL',
    resolution: 'DNS',
    ports: [{ name: 'https', number: 443, protocol: 'HTTPS' }],
  },
};

const bank = build('mesh/istio/overlays/prod');

const CONTAINER = '/spec/template/spec/containers/0';

/** Changes of an object, as JSON Patch has them; `-` at the end of a path is a new item of a list. */
const set = (path: string, value: unknown) => [{ op: /\/(-|[a-zA-Z]+)$/.test(path) ? 'add' : 'replace', path, value }];
const remove = (path: string) => [{ op: 'remove', path }];

/** The bank with an object changed. */
function having(kind: string, name: string, change: readonly object[]): KubeObject[] {
  const isMeant = (object: KubeObject) => object.kind === kind && object.metadata.name === name;
  expect(bank.some(isMeant), `${kind} ${name}`).to.equal(true);
  return bank.map((object) => (isMeant(object) ? (applyOperations(object, change) as KubeObject) : object));
}

function without(kind: string, name: string): KubeObject[] {
  const objects = bank.filter((object) => object.kind !== kind || object.metadata.name !== name);
  expect(objects.length).to.be.lessThan(bank.length);
  return objects;
}

const ours = 'prod.corebank.internal/ns/bank/sa';

/** What is planted, the bank with it, and the sentence that names it. */
const PLANTED: readonly [string, () => KubeObject[], string][] = [
  [
    'a dropped policy',
    () => without('AuthorizationPolicy', 'account'),
    'bank.account.v1.AccountService/OpenAccount is in no policy',
  ],
  [
    'a dropped deny-all',
    () => without('AuthorizationPolicy', 'deny-all'),
    'there is no AuthorizationPolicy istio-system/deny-all',
  ],
  [
    'a deny-all that is only tried',
    () => having('AuthorizationPolicy', 'deny-all', set('/metadata/annotations', { 'istio.io/dry-run': 'true' })),
    'AuthorizationPolicy istio-system/deny-all: is only tried',
  ],
  [
    'a deny-all that allows',
    () => having('AuthorizationPolicy', 'deny-all', set('/spec/rules', [{}])),
    'AuthorizationPolicy istio-system/deny-all: has rules',
  ],
  [
    'a widened principal',
    () => having('AuthorizationPolicy', 'ledger', set('/spec/rules/0/from/0/source/principals/-', `${ours}/customer`)),
    `a policy lets ${ours}/customer in, the contract does not`,
  ],
  [
    'a principal that is a pattern',
    () => having('AuthorizationPolicy', 'ledger', set('/spec/rules/0/from/0/source/principals', ['*'])),
    'AuthorizationPolicy bank/ledger: * is a pattern',
  ],
  [
    'a typo in a field',
    () => having('AuthorizationPolicy', 'ledger', set('/spec/rules/0/from/0/source', { principal: [`${ours}/edge`] })),
    'AuthorizationPolicy bank/ledger: principal is no field',
  ],
  [
    'a rule for everybody',
    () => having('AuthorizationPolicy', 'ledger', remove('/spec/rules/0/from')),
    'a policy lets * in, the contract does not',
  ],
  [
    'a principal of another trust domain',
    () =>
      having(
        'AuthorizationPolicy',
        'customer',
        set('/spec/rules/0/from/0/source/principals/0', 'dev.corebank.internal/ns/bank/sa/account'),
      ),
    'there is no dev.corebank.internal/ns/bank/sa/account',
  ],
  [
    'a path without an RPC',
    () =>
      having(
        'AuthorizationPolicy',
        'ledger',
        set('/spec/rules/0/to/0/operation/paths/-', '/bank.ledger.v1.LedgerService/GetJournals'),
      ),
    '/bank.ledger.v1.LedgerService/GetJournals is the path of no RPC',
  ],
  [
    'tokens for anybody',
    () => [...bank, developmentPolicy(deploymentNamed('edge'))],
    'AuthorizationPolicy bank/edge-development: /dev/token is the path of no RPC',
  ],
  [
    'a public URL that is no gateway',
    () => having('ConfigMap', 'bank', set('/data/EDGE_PUBLIC_URLS', 'https://api.bank.example')),
    'ConfigMap bank/bank: EDGE_PUBLIC_URLS is https://api.bank.example, not',
  ],
  [
    'a URL outside that nothing is let out to',
    () => having('ConfigMap', 'bank', set('/data/SMS_URLS', 'https://sms.elsewhere.example/send')),
    'ConfigMap bank/bank: SMS_URLS names sms.elsewhere.example, to which nothing is let out',
  ],
  [
    'an RPC without a rule',
    () => having('AuthorizationPolicy', 'customer', remove('/spec/rules/0/to/0/operation/paths/0')),
    '/bank.customer.v1.CustomerService/ExpireEvidence is in no policy',
  ],
  [
    'a policy of no pods',
    () => having('AuthorizationPolicy', 'edge', set('/spec/selector/matchLabels/app', 'edgy')),
    'AuthorizationPolicy bank/edge: selects no pods',
  ],
  [
    'a condition that Istio does not know',
    () => having('AuthorizationPolicy', 'egress', set('/spec/rules/0/when/0/key', 'connection.sin')),
    'connection.sin is no attribute',
  ],
  ['PERMISSIVE', () => having('PeerAuthentication', 'default', set('/spec/mtls/mode', 'PERMISSIVE')), 'are PERMISSIVE'],
  [
    'PERMISSIVE at one port',
    () => having('PeerAuthentication', 'default', set('/spec/portLevelMtls', { 9101: { mode: 'PERMISSIVE' } })),
    'port 9101 are PERMISSIVE',
  ],
  [
    'no PeerAuthentication',
    () => without('PeerAuthentication', 'default'),
    'there is no PeerAuthentication istio-system/default',
  ],
  [
    'a namespace outside the mesh',
    () => having('Namespace', 'bank', remove('/metadata/labels/istio-injection')),
    'Namespace bank: does not say whether',
  ],
  [
    'a Service port without protocol',
    () => having('Service', 'ledger', set('/spec/ports/0/name', 'main')),
    'Service bank/ledger: port 9101 does not name its protocol',
  ],
  [
    'another appProtocol than the name',
    () => having('Service', 'ledger', set('/spec/ports/0/appProtocol', 'tcp')),
    'Service bank/ledger: port 9101 has another appProtocol',
  ],
  [
    'a port that no pod has',
    () => having('Service', 'ledger', set('/spec/ports/0/targetPort', 'http')),
    'Service bank/ledger: no pod has port http',
  ],
  [
    'a DestinationRule for no host',
    () => having('DestinationRule', 'ledger', set('/spec/host', 'leger.bank.svc.cluster.local')),
    'DestinationRule bank/ledger: there is no host leger.bank',
  ],
  [
    'a DestinationRule without TLS',
    () => having('DestinationRule', 'ledger', set('/spec/trafficPolicy/tls/mode', 'DISABLE')),
    'DestinationRule bank/ledger: speaks without TLS',
  ],
  [
    'a route to a port that is not there',
    () => having('VirtualService', 'ledger', set('/spec/http/0/route/0/destination/port/number', 9102)),
    'VirtualService bank/ledger: ledger.bank.svc.cluster.local has no port 9102',
  ],
  [
    'an RPC without a route',
    () => having('VirtualService', 'customer', remove('/spec/http/0')),
    'bank.customer.v1.CustomerService/GetCustomer has no route',
  ],
  [
    'two VirtualServices of a host',
    () => having('VirtualService', 'ledger', set('/spec/hosts/0', 'account.bank.svc.cluster.local')),
    'account.bank.svc.cluster.local has two VirtualServices',
  ],
  ['a ServiceEntry without CA', () => [...bank, EXTERNAL], 'nothing verifies rates.partner.example'],
  [
    'a program that is to speak TLS, and another protocol',
    () => having('ServiceEntry', 'kms', set('/spec/ports/0/protocol', 'HTTP')),
    'ServiceEntry bank-egress/kms: security is to speak TLS',
  ],
  [
    'a door to nowhere',
    () => having('HTTPRoute', 'public', set('/spec/rules/0/backendRefs/0/port', 9101)),
    'HTTPRoute bank-ingress/public: there is no edge.bank.svc.cluster.local:9101',
  ],
  [
    'a gateway for any host',
    () => having('Gateway', 'public', remove('/spec/listeners/0/hostname')),
    'Gateway bank-ingress/public: a listener is for any host',
  ],
  ...['startupProbe', 'readinessProbe', 'livenessProbe'].map((probe): [string, () => KubeObject[], string] => [
    `a pod without ${probe}`,
    () => having('Deployment', 'edge', remove(`${CONTAINER}/${probe}`)),
    `Deployment bank/edge: has no ${probe}`,
  ]),
  [
    'a pod without PDB',
    () => without('PodDisruptionBudget', 'ledger'),
    'Deployment bank/ledger: has no PodDisruptionBudget',
  ],
  [
    'a pod that runs as root',
    () => having('Deployment', 'ledger', remove('/spec/template/spec/securityContext/runAsNonRoot')),
    'Deployment bank/ledger: runs as root',
  ],
  [
    'a pod that runs as the sidecar',
    () => having('Deployment', 'ledger', set('/spec/template/spec/securityContext/runAsUser', 1337)),
    'Deployment bank/ledger: runs as root, or as the sidecar',
  ],
  [
    'a pod without a limit of memory',
    () => having('Deployment', 'ledger', remove(`${CONTAINER}/resources/limits`)),
    'Deployment bank/ledger: has no limit of memory',
  ],
  [
    'a pod that can write into its image',
    () => having('Job', 'ledger-migration', remove(`${CONTAINER}/securityContext/readOnlyRootFilesystem`)),
    'Job bank/ledger-migration: can write into its image',
  ],
  [
    'an account that is not there',
    () => without('ServiceAccount', 'security-executor'),
    'Deployment bank/security: there is no ServiceAccount security-executor',
  ],
  [
    'a secret that nothing fetches',
    () => without('ExternalSecret', 'ledger-database'),
    'there is no ExternalSecret ledger-database',
  ],
  ['settings that are not there', () => without('ConfigMap', 'addresses'), 'there is no ConfigMap addresses'],
  [
    'an autoscaler of nothing',
    () => having('HorizontalPodAutoscaler', 'edge', set('/spec/scaleTargetRef/name', 'edgy')),
    'HorizontalPodAutoscaler bank/edge: there is no Deployment edgy',
  ],
  [
    'a scaler of nothing',
    () => having('ScaledObject', 'audit', set('/spec/scaleTargetRef/name', 'audits')),
    'ScaledObject bank/audit: there is no Deployment audits',
  ],
  ['a deployment without a scaler', () => without('ScaledObject', 'audit'), 'Deployment bank/audit: has no scalers'],
  [
    'a consumer that nobody watches',
    () => having('ScaledObject', 'notification', remove('/spec/triggers/1')),
    'ScaledObject bank/notification: does not watch bank-account notification-p0',
  ],
  [
    'a stream that nobody consumes',
    () => having('ScaledObject', 'customer', set('/spec/triggers/1/metadata/stream', 'bank-ledger')),
    'ScaledObject bank/customer: watches bank-ledger customer-p0, of which there is none',
  ],
  [
    'a network that is open',
    () => without('NetworkPolicy', 'deny-all'),
    'Namespace bank: has no NetworkPolicy that lets nothing through',
  ],
  [
    'a call that the network stops at its caller',
    () => having('NetworkPolicy', 'transaction', set('/spec/egress', [])),
    'AuthorizationPolicy bank/ledger: lets prod.corebank.internal/ns/bank/sa/transaction in at 9101, and no pair',
  ],
  [
    'a call that the network stops at the service',
    () => having('NetworkPolicy', 'ledger', set('/spec/ingress', [])),
    'AuthorizationPolicy bank/ledger: lets prod.corebank.internal/ns/bank/sa/edge in at 9101, and no pair',
  ],
];

describe('the linter of the mesh', () => {
  it('finds nothing wrong with either overlay', () => {
    expect(lint(bank)).to.deep.equal([]);
    expect(lint(build('mesh/istio/overlays/dev'))).to.deep.equal([]);
  });

  for (const [what, planted, sentence] of PLANTED) {
    it(`names ${what}`, () => {
      expect(lint(planted()).join('\n')).to.include(sentence);
    });
  }

  it('finds every object as its CRD wants it', function () {
    const crds = istioData('crds');
    if (crds === undefined) this.skip();
    const schemas = readCrds(crds);
    const known = bank.filter((object) => schemas.knows(object));
    expect(known.length).to.be.greaterThan(30);
    expect(known.flatMap((object) => schemas.violations(object))).to.deep.equal([]);
  }).timeout(60_000);
});
