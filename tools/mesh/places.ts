// Where things are in a cluster: names that the generator, the base and the linter have in common.

/** The trust domain of the generated files; an overlay puts its own in the place of it. */
export const TRUST_DOMAIN = 'corebank.internal';

/** Every workload of the bank: the configuration's WORKLOAD_NAMESPACE. */
export const BANK = 'bank';
/** The gateways that let in. */
export const INGRESS = 'bank-ingress';
/** The gateway that lets out. */
export const EGRESS = 'bank-egress';
/** PostgreSQL, without sidecars. */
export const DATA = 'bank-data';
export const MESSAGING = 'bank-messaging';
export const OBSERVABILITY = 'observability';
export const ISTIO = 'istio-system';

export const NATS_PORT = 4222;
/** Where NATS tells of itself. */
export const NATS_MONITOR_PORT = 8222;
export const POSTGRES_PORT = 5432;

/** What a gateway lets in, and at which port of the edge: by whom its callers are. */
export const GATEWAYS = [
  { name: 'public', audiences: ['PUBLIC', 'CHANNEL'], port: 'http' },
  { name: 'back-office', audiences: ['PUBLIC', 'STAFF'], port: 'http' },
  { name: 'partners', audiences: ['PARTNER'], port: 'grpc' },
] as const;

/** Somebody outside whom a service calls. */
export interface Partner {
  /** In ConfigMap `hosts`, where an overlay says its own host. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The service that calls it, and speaks TLS with it. */
  readonly by: string;
}

/** Everybody outside. Each is one host here; whoever has several, adds them. */
export const PARTNERS: readonly Partner[] = [
  { name: 'kms', host: 'vault.bank.example', port: 8200, by: 'security' },
  // Under TLS from the beginning (smtps): what begins plainly shows no name by which it could be let out.
  { name: 'mail', host: 'mail.partner.example', port: 465, by: 'notification' },
  { name: 'sms', host: 'sms.partner.example', port: 443, by: 'notification' },
  { name: 'push', host: 'push.partner.example', port: 443, by: 'notification' },
  { name: 'scheme', host: 'scheme.partner.example', port: 443, by: 'integration' },
  { name: 'cards', host: 'cards.partner.example', port: 8583, by: 'integration' },
];

/** Whether a service calls anybody outside. */
export function leaves(service: string): boolean {
  return PARTNERS.some(({ by }) => by === service);
}

/** The services that send to whatever public host the bank's customers and partners name, by https: no list can say which. */
const PUBLIC_CALLERS: readonly string[] = ['notification'];

/** Whether a service sends webhooks. */
export function sendsWebhooks(service: string): boolean {
  return PUBLIC_CALLERS.includes(service);
}

/** The service account that Istio makes for a Gateway of the Gateway API. */
export function gatewayAccount(gateway: string): string {
  return `${gateway}-istio`;
}

/** `corebank.internal/ns/bank/sa/ledger`: a SPIFFE id as policies write it. */
export function principal(namespace: string, account: string): string {
  return `${TRUST_DOMAIN}/ns/${namespace}/sa/${account}`;
}

/** `ledger.bank.svc.cluster.local` */
export function hostOf(service: string, namespace: string = BANK): string {
  return `${service}.${namespace}.svc.cluster.local`;
}
