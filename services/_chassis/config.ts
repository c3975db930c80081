// The configuration of a process, read from the environment once and refused with a clear sentence when it is wrong.
import { cleanEnv, host, num, str, url } from 'envalid';
import { paymentVariables } from './config-payments.ts';
import {
  amountBands,
  bankCode,
  count,
  countryCode,
  directory,
  limit,
  link,
  namespace,
  port,
  publicUrls,
  regions,
  seconds,
  timeZone,
  trustDomain,
} from './config-values.ts';

/** `development` and `sandbox` have a settable clock, `development` alone an issuer that gives tokens to anybody. */
export type BankEnvironment = 'development' | 'sandbox' | 'production';

/** Every variable that the bank's processes read, with its default and what it means. */
export const variables = {
  BANK_ENVIRONMENT: str({
    choices: ['development', 'sandbox', 'production'],
    default: 'development',
    desc: 'what kind of bank this is; only development and sandbox have a settable clock, only development gives tokens to anybody',
  }),
  BANK_TIME_ZONE: timeZone({ default: 'Europe/Prague', desc: 'the zone whose midnight begins a business day' }),
  BANK_COUNTRY_CODE: countryCode({ default: 'CZ', desc: 'the country of the IBANs that the bank issues' }),
  BANK_CODE: bankCode({ default: '0999', desc: "the bank's code inside its IBANs" }),
  BUSINESS_DATE_TIMER: str({
    choices: ['on', 'off'],
    default: 'on',
    desc: 'whether the ledger closes and opens days by itself as midnight passes',
  }),
  DATA_DIR: directory({ desc: 'the directory for keys and local stores' }),
  OBJECT_STORE: str({
    choices: ['directory', 's3'],
    default: 'directory',
    desc: 'where what outlives the databases is kept: in a directory, or in a bucket of S3 or of what speaks like it',
  }),
  OBJECT_STORE_BUCKET: str({ default: '', desc: 'the bucket, which is there already; for `s3`' }),
  OBJECT_STORE_ENDPOINT: str({
    default: '',
    desc: 'where the bucket is, `https://host:port`, in the place of the S3 of AWS_REGION; credentials are found as all clients of AWS find them',
  }),
  OBJECT_STORE_DIR: directory({
    default: '',
    desc: 'the directory of the object store, which had better be on another disk than the databases; absent: `objects` in DATA_DIR',
  }),
  OBJECT_STORE_REGIONS: regions({
    default: '',
    desc: 'where objects are kept that are to be in a certain region: `eu=…,us=…`, each a directory or, for `s3`, `bucket@region` with the region of AWS',
  }),
  CHECKPOINT_SECONDS: num({
    default: 5,
    desc: 'how often the ledger signs how far its lane has come, and audit its logs',
  }),
  KEEPING_SECONDS: seconds({
    default: 3600,
    desc: 'how often audit looks for records that are to be archived or disposed of, and for activities to forget',
  }),
  WORKLOAD_IDENTITY: str({
    choices: ['mtls', 'istio'],
    default: 'mtls',
    desc: 'how services prove to each other who they are: mtls with certificates of their own, istio by their sidecars',
  }),
  TRUST_DOMAIN: trustDomain({ default: 'corebank.internal', desc: "the trust domain in the services' SPIFFE ids" }),
  WORKLOAD_NAMESPACE: namespace({ default: 'bank', desc: "the namespace in the services' SPIFFE ids" }),
  CERTIFICATES_DIR: directory({
    default: '',
    desc: 'where `<service>/tls.crt`, `tls.key` and `ca.crt` are; absent: `certificates` in DATA_DIR',
  }),
  CERTIFICATES_REREAD_SECONDS: seconds({ default: 10, desc: 'how often certificates are read again' }),
  CONNECTION_SECONDS: seconds({
    default: 3600,
    desc: 'a connection between services takes no new calls after this time, so that it shows a new certificate',
  }),
  LISTEN_HOST: host({
    default: '127.0.0.1',
    desc: 'the address that services and the edge listen on; refused beyond the loopback in development, and for the edge outside a mesh',
  }),
  HEALTH_PORT: port({
    default: undefined,
    desc: "a service's port for health checks alone, without TLS, for probes that have no certificate; absent: none",
  }),
  METRICS_PORT: port({
    default: undefined,
    desc: "a process's port for its metrics alone, `/metrics` in the text of Prometheus; absent: none are told",
  }),
  METRICS_HOST: host({
    default: '127.0.0.1',
    desc: 'the address of that port; beside a sidecar the loopback, where the agent asks and passes on',
  }),
  LOG_LEVEL: str({
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    default: 'info',
    desc: 'how much is logged',
  }),
  LOG_FILE: str({ default: '', desc: 'the file that logs are appended to; absent: standard output' }),
  DATABASE_POOL_MAX: num({ default: 8, desc: 'connections per service to its database' }),
  STATEMENT_TIMEOUT_MS: num({ default: 30_000, desc: 'no statement runs longer' }),
  SCORING_TIMEOUT_MS: limit({ default: 1_000, desc: 'how long an order waits to be scored for fraud' }),
  UNSCORED_AMOUNTS: amountBands({
    default: 'CZK:5000:50000,EUR:200:2000,GBP:200:2000,USD:200:2000',
    desc: 'what becomes of an order that could not be scored: `CZK:5000:50000,…` lets up to 5000 pass, holds up to 50000 for review, and refuses more; in a currency that is not named, all are held',
  }),
  ...paymentVariables,
  REVIEW_DAYS: limit({
    default: 5,
    desc: 'how many business dates after its own an order under review can be decided',
  }),
  PRODUCT_NOTICE_DAYS: limit({ default: 60, desc: 'how many days before other terms hold they are announced' }),
  SIGNATURE_DAYS: limit({
    default: 10,
    desc: 'how many business dates after its own what waits for signatures can be signed',
  }),
  DATA_KEYS: str({
    choices: ['security', 'keyring'],
    default: 'security',
    desc: 'who has the data keys of parties: the security service, or, for a service that runs alone, the keyring in DATA_DIR',
  }),
  KMS: str({
    choices: ['keyring', 'vault', 'aws'],
    default: 'keyring',
    desc: "what wraps the data keys of parties: the keyring in DATA_DIR, a Vault server's Transit engine, or AWS KMS",
  }),
  KMS_KEY: str({
    default: '',
    desc: "the key-encryption key: `mount/name` of Vault's Transit engine (the key is `derived`), or id, alias or ARN at AWS",
  }),
  KMS_ADDRESS: str({
    default: '',
    desc: 'where Vault is, `https://host:port`; of AWS KMS, an endpoint in the place of the one of AWS_REGION',
  }),
  KMS_TOKEN_FILE: str({
    default: '',
    desc: "the file with Vault's token, read at every call; AWS KMS takes its credentials as all clients of AWS do",
  }),
  NATS_URL: str({ default: '', desc: 'the NATS server, `nats://host:port`; absent: events stay in the outbox' }),
  NATS_KEYS_DIR: directory({
    default: '',
    desc: 'where `<service>.nk` is, the NKEY seed by which it proves to NATS who it is; absent: NATS asks for none',
  }),
  EVENT_STREAM_REPLICAS: num({
    default: 1,
    desc: "on how many NATS servers a service's stream stands; 3 in a cluster",
  }),
  EVENT_STREAM_MAX_BYTES: num({
    default: 768_000_000,
    desc: "the size of a service's stream, past which it takes no more",
  }),
  EVENT_STREAM_MAX_AGE_HOURS: num({ default: 168, desc: "how long a service's stream keeps an event" }),
  SIGNING_KEY_SECONDS: count(1)({ default: 2_592_000, desc: 'how long security signs tokens with one key' }),
  SIGNING_KEY_LEAD_SECONDS: count(2)({
    default: 600,
    desc: 'how long a key of security is published before it signs, so that whoever keeps what the edge published knows it',
  }),
  EDGE_HTTP_PORT: port({ default: 8080, desc: "the edge's port for Connect and gRPC-Web" }),
  EDGE_GRPC_PORT: port({ default: 8081, desc: "the edge's port for gRPC" }),
  EDGE_PUBLIC_URLS: publicUrls({
    default: '',
    desc: 'the URLs under which callers reach the edge, without a slash at the end, with commas between: the first is the issuer of the tokens of partners, and proofs of their keys are good for any of them; absent: its own ports on the loopback',
  }),
  EDGE_REVOCATIONS_SECONDS: seconds({
    default: 10,
    desc: 'for how long the edge goes on taking tokens of sessions while it cannot hear which are revoked; then none',
  }),
  EDGE_PROXY_HOPS: count(0)({
    default: 0,
    desc: "how many proxies of the bank's own stand before the edge, each of which adds to x-forwarded-for",
  }),
  EDGE_LIMIT_ADDRESS: limit({
    default: 300,
    desc: 'calls in 10 seconds from one address that nobody is known for: without a token, or with a bad one; per edge',
  }),
  EDGE_LIMIT_CUSTOMER: limit({ default: 300, desc: 'calls in 10 seconds of one customer; per edge' }),
  EDGE_LIMIT_STAFF: limit({ default: 10_000, desc: 'calls in 10 seconds of one member of staff; per edge' }),
  EDGE_LIMIT_PARTNER: limit({ default: 10_000, desc: 'calls in 10 seconds of one partner; per edge' }),
  EDGE_ALLOWED_ORIGINS: str({
    default: 'http://localhost:*,http://127.0.0.1:*',
    desc: 'origins whose pages may call the edge, with commas between; `:*` for any port, `*` for any; neither in production',
  }),
  LEDGER_PORT: port({ default: 9101, desc: "the ledger's port" }),
  ACCOUNT_PORT: port({ default: 9102, desc: "the account service's port" }),
  CUSTOMER_PORT: port({ default: 9103, desc: "the customer service's port" }),
  TRANSACTION_PORT: port({ default: 9104, desc: "the transaction service's port" }),
  SECURITY_PORT: port({ default: 9105, desc: "the security service's port" }),
  AUDIT_PORT: port({ default: 9106, desc: "the audit service's port" }),
  NOTIFICATION_PORT: port({ default: 9107, desc: "the notification service's port" }),
  INTEGRATION_PORT: port({ default: 9108, desc: "the integration service's port" }),
  ISO20022_XSD_DIR: directory({
    default: '',
    desc: 'where the official schemas of ISO 20022 are, `pain.001.001.09.xsd` and so on, which integration then holds every message against; absent: its own descriptions hold alone',
  }),
  SMTP_URLS: str({
    default: '',
    desc: 'where notification sends e-mails, `smtps://user:password@host:465` or `smtp://host:587`; several, with commas between, are tried in turn; absent: none are sent',
  }),
  SMS_URLS: str({
    default: '',
    desc: 'where it sends text messages, `https://host/path`, as SMTP_URLS; absent: none are sent',
  }),
  PUSH_URLS: str({
    default: '',
    desc: 'where it sends push messages, `https://host/path`, as SMTP_URLS; absent: none are sent',
  }),
  MESSAGE_TOKEN_FILE: str({
    default: '',
    desc: 'the file with the token that it shows to the servers of SMS_URLS and PUSH_URLS, read at every call',
  }),
  WEBHOOK_PRIVATE_NETWORKS: str({
    default: '',
    desc: 'networks that webhooks may be sent to although they are not the public internet, `10.20.0.0/16`, with commas between; a development bank needs `127.0.0.0/8` to reach its own machine',
  }),
  RECEIPT_SECRET_FILE: str({
    default: '',
    desc: 'the file with the secret (`whsec_…`, 24 bytes or more) by which providers sign what became of messages, read at every call; absent: no receipts are taken',
  }),
  UNSUBSCRIBE_URL: link({
    default: '',
    desc: 'where readers of messages reach `/unsubscribe` of the edge: `https://bank.example/unsubscribe`; the token of the message follows as `?token=`; absent: messages name none',
  }),
  MAIL_FROM: str({ default: 'bank@localhost', desc: 'the address that e-mails come from' }),
  PASSWORD_WORDS: str({
    default: 'corebank',
    desc: 'what everybody connects with this bank, as its names and products, with commas between: no password is made of it',
  }),
  PASSKEY_SITE: str({
    default: 'localhost',
    desc: 'the domain for which passkeys are made (the RP ID of WebAuthn); they are of no use for another one',
  }),
  PASSKEY_ORIGINS: str({
    default: 'http://localhost:5173',
    desc: 'origins of the pages where passkeys are made and used, with commas between: at PASSKEY_SITE or below it',
  }),
  LEDGER_ADDRESS: str({ default: '127.0.0.1:9101', desc: 'where the ledger is' }),
  ACCOUNT_ADDRESS: str({ default: '127.0.0.1:9102', desc: 'where the account service is' }),
  CUSTOMER_ADDRESS: str({ default: '127.0.0.1:9103', desc: 'where the customer service is' }),
  TRANSACTION_ADDRESS: str({ default: '127.0.0.1:9104', desc: 'where the transaction service is' }),
  SECURITY_ADDRESS: str({ default: '127.0.0.1:9105', desc: 'where the security service is' }),
  AUDIT_ADDRESS: str({ default: '127.0.0.1:9106', desc: 'where the audit service is' }),
  NOTIFICATION_ADDRESS: str({ default: '127.0.0.1:9107', desc: 'where the notification service is' }),
  INTEGRATION_ADDRESS: str({ default: '127.0.0.1:9108', desc: 'where the integration service is' }),
  LEDGER_DATABASE_URL: url({ desc: "the ledger's database, as its runtime role", default: '' }),
  ACCOUNT_DATABASE_URL: url({ desc: "the account service's database, as its runtime role", default: '' }),
  CUSTOMER_DATABASE_URL: url({ desc: "the customer service's database, as its runtime role", default: '' }),
  TRANSACTION_DATABASE_URL: url({ desc: "the transaction service's database, as its runtime role", default: '' }),
  SECURITY_DATABASE_URL: url({ desc: "the security service's database, as its runtime role", default: '' }),
  AUDIT_DATABASE_URL: url({ desc: "the audit service's database, as its runtime role", default: '' }),
  NOTIFICATION_DATABASE_URL: url({ desc: "the notification service's database, as its runtime role", default: '' }),
  INTEGRATION_DATABASE_URL: url({ desc: "the integration service's database, as its runtime role", default: '' }),
} as const;

/** The parsed configuration. */
export type Config = Readonly<ReturnType<typeof readConfig>>;

/** Reads the configuration. Throws one sentence that names every variable that is wrong or missing, and what is unsafe. */
export function readConfig(environment: NodeJS.ProcessEnv) {
  const config = cleanEnv(environment, variables, {
    reporter: ({ errors }) => {
      const wrong = Object.entries(errors).map(([name, error]) => `${name}: ${error?.message}`);
      if (wrong.length > 0) throw new Error(`the configuration is wrong. ${wrong.join('; ')}`);
    },
  });
  refuseUnsafe(config);
  return { ...config };
}

/** Whether a host is this machine, and no name that another could be given. */
export function isLoopback(listenHost: string): boolean {
  return /^(127(\.\d{1,3}){3}|localhost|::1)$/.test(listenHost);
}

function refuseUnsafe(
  config: Readonly<
    Record<
      | 'BANK_ENVIRONMENT'
      | 'LISTEN_HOST'
      | 'EDGE_ALLOWED_ORIGINS'
      | 'EDGE_PUBLIC_URLS'
      | 'UNSUBSCRIBE_URL'
      | 'SCHEME_URL',
      string
    >
  >,
): void {
  if (!isLoopback(config.LISTEN_HOST) && config.BANK_ENVIRONMENT === 'development') {
    throw new Error('LISTEN_HOST: a development bank gives tokens to anybody, so it listens on loopback only');
  }
  if (config.BANK_ENVIRONMENT !== 'production') return;
  if (config.EDGE_ALLOWED_ORIGINS.includes('*')) throw new Error('EDGE_ALLOWED_ORIGINS: production names its origins');
  if (config.SCHEME_URL.startsWith('http:')) throw new Error('SCHEME_URL: production reaches its scheme by TLS only');
  if (config.UNSUBSCRIBE_URL.startsWith('http:')) throw new Error('UNSUBSCRIBE_URL: production is reached by TLS only');
  if (config.EDGE_PUBLIC_URLS.includes('http:')) throw new Error('EDGE_PUBLIC_URLS: production is reached by TLS only');
}
