// The authorization server of partners: oidc-provider, of which nothing is used but client credentials with private_key_jwt and DPoP,
// by the rules of FAPI 2.0. It is asked in memory, over no port. The tokens that it would answer are nobody's: whom it grants something
// gets a token signed with the bank's own keys.
import { generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import inject from 'light-my-request';
import type { Adapter, AdapterPayload, ClientMetadata, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { House } from '#chassis/boot.ts';
import { ALGORITHMS, ASSERTION_SECONDS_MAX, SCOPES } from './domain/partner.ts';
import { selectPartner, selectPartners, selectSpent, spend } from './partner-tables.ts';

/** Whom the authorization server grants what. */
export interface Granted {
  readonly partnerId: string;
  /** What was asked for; empty when nothing was said. */
  readonly scopes: readonly string[];
  /** Of the key to which the token is to be bound (RFC 7638). */
  readonly thumbprint: string;
}

/** Why it does not. */
export interface Refused {
  readonly refused: { readonly status: string; readonly error: string; readonly error_description: string };
  /** In whose name it was asked, whether by them or not. Undefined when that is nobody. */
  readonly partnerId: string | undefined;
}

/** A token request: the issuer as its partner knows it, the body, and the header `dpop`. */
export interface TokenRequest {
  readonly issuer: string;
  readonly form: string;
  readonly dpopProof: string;
}

/** The authorization server. */
export interface AuthorizationServer {
  /** Begins to load what it needs, where there are partners: whoever asks first would wait for it. */
  prepare(): void;
  ask(request: TokenRequest): Promise<Granted | Refused>;
  /** Its metadata (RFC 8414), as JSON. */
  describe(issuer: string): Promise<string>;
}

type Means = Pick<House, 'database' | 'log'>;
type Library = typeof import('oidc-provider');

/** A server for one issuer. */
interface Served {
  readonly listener: RequestListener;
  /** What came of a request, by the object that stands for it. */
  readonly outcomes: WeakMap<object, Outcome>;
}

interface Outcome {
  partnerId?: string | undefined;
  granted?: Granted;
  failure?: unknown;
}

const TOKEN_PATH = '/oauth2/token';
const METADATA_PATH = '/.well-known/oauth-authorization-server';
const DESCRIPTION_MAX = 300;
const KEYS_PATH = '/.well-known/jwks.json';
/** The edge has one issuer; an edge that is moved, or another one in development, has another. */
const ISSUERS_MAX = 8;

/** Opens the authorization server. The library is loaded when it is first asked: it takes 50 MB, and not every bank has partners. */
export function authorizationServer(means: Means): AuthorizationServer {
  const served = new Map<string, Promise<Served>>();

  function serverOf(issuer: string): Promise<Served> {
    const known = served.get(issuer);
    if (known) return known;
    if (served.size >= ISSUERS_MAX) served.clear();
    const made = serve(means, issuer);
    served.set(issuer, made);
    return made;
  }

  return {
    prepare() {
      load(means).catch((error: unknown) => means.log.warn({ err: error }, 'not ready for partners yet'));
    },
    async ask({ issuer, form, dpopProof }) {
      const { listener, outcomes } = await serverOf(issuer);
      const answer = await inject(listener, {
        method: 'POST',
        url: TOKEN_PATH,
        headers: {
          ...addressOf(issuer),
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          ...(dpopProof !== '' && { dpop: dpopProof }),
        },
        payload: form,
      });
      const outcome = outcomes.get(answer.raw.req) ?? {};
      if (outcome.failure !== undefined) throw outcome.failure;
      if (answer.statusCode === 200 && outcome.granted) return outcome.granted;
      return { refused: refusalIn(answer.statusCode, answer.payload), partnerId: outcome.partnerId };
    },
    async describe(issuer) {
      const { listener } = await serverOf(issuer);
      const { payload } = await inject(listener, { method: 'GET', url: METADATA_PATH, headers: addressOf(issuer) });
      return describing(issuer, payload);
    },
  };
}

async function load({ database }: Means): Promise<void> {
  const [any] = await database.query(selectPartners('', 1));
  if (any) await import('oidc-provider');
}

/** Where the server is as its partners see it: it must know its own URL. */
function addressOf(issuer: string): Record<string, string> {
  const { host, protocol } = new URL(issuer);
  return { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
}

async function serve(means: Means, issuer: string): Promise<Served> {
  const library = await import('oidc-provider');
  const outcomes: Served['outcomes'] = new WeakMap();
  const provider = new library.Provider(issuer, configurationOf(means, library, issuer));
  // The headers about where it is are ours.
  provider.proxy = true;
  const note = ({ req, oidc }: KoaContextWithOIDC, outcome: Outcome): void => {
    outcomes.set(req, { partnerId: oidc.client?.clientId, ...outcome });
  };
  provider.on('grant.error', (ctx) => note(ctx, {}));
  provider.on('server_error', (ctx, failure) => note(ctx, { failure }));
  provider.on('grant.success', (ctx) => {
    const token = ctx.oidc.entities.ClientCredentials;
    if (!token?.clientId || !token.jkt) throw new Error('a token was granted that is bound to no key');
    // All that was asked for: of scopes that it does not know, the library says nothing.
    const scopes = [...ctx.oidc.requestParamScopes];
    note(ctx, { granted: { partnerId: token.clientId, scopes, thumbprint: token.jkt } });
  });
  const answer = provider.callback();
  return { listener: (asked, response) => void answer(asked, response), outcomes };
}

function configurationOf(means: Means, library: Library, issuer: string): Configuration {
  const algorithms = [...ALGORITHMS];
  const off = { enabled: false };
  // It must have a key, with which nothing is ever signed.
  const own = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return {
    adapter: (model: string) => adapterOf(means, library, model),
    jwks: { keys: [{ ...own, kty: 'OKP', alg: 'EdDSA', use: 'sig' }] },
    routes: { token: TOKEN_PATH },
    scopes: [...SCOPES],
    claims: {},
    responseTypes: [],
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: algorithms,
      dPoPSigningAlgValues: algorithms,
      idTokenSigningAlgValues: ['EdDSA'],
    },
    clientBasedCORS: () => false,
    ttl: { ClientCredentials: 60 },
    clockTolerance: 5,
    assertJwtClientAuthClaimsAndHeader: (_, claims) => checkAssertion(library, issuer, claims),
    renderError: (ctx, out) => {
      ctx.body = out;
    },
    features: {
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      fapi: { enabled: true, profile: '2.0' },
      devInteractions: off,
      userinfo: off,
      rpInitiatedLogout: off,
      pushedAuthorizationRequests: off,
      resourceIndicators: off,
    },
  };
}

/** FAPI 2.0 Security Profile, 5.3.2.1: the issuer, as the only audience. And no assertion is good for long. */
async function checkAssertion(
  { errors }: Library,
  issuer: string,
  { aud, exp }: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (aud !== issuer) throw new errors.InvalidClientAuth('the audience must be the issuer alone');
  if (Number(exp) > Date.now() / 1000 + ASSERTION_SECONDS_MAX) {
    throw new errors.InvalidClientAuth('the assertion is good for too long');
  }
}

/** What oidc-provider keeps: partners, who are found and never written, and what is good once. */
function adapterOf({ database }: Means, { errors }: Library, model: string): Adapter {
  async function find(id: string): Promise<AdapterPayload | undefined> {
    if (model === 'Client') {
      const [row] = await database.query(selectPartner(id));
      return row?.state === 'active' ? { ...clientOf(row) } : undefined;
    }
    const [spent] = model === 'ReplayDetection' ? await database.query(selectSpent(id)) : [];
    return spent && { jti: id, kind: model };
  }

  async function upsert(id: string, _: AdapterPayload, seconds: number): Promise<void> {
    // Its own tokens are answered to nobody.
    if (model === 'ClientCredentials') return;
    if (model !== 'ReplayDetection') throw new Error(`nothing is kept of ${model}`);
    const [first] = await database.query(spend(id, new Date(Date.now() + seconds * 1_000)));
    // Two processes looked at the same moment, and one was first.
    if (!first) throw new errors.InvalidClientAuth('it was used before');
  }

  const nothing = async (): Promise<undefined> => undefined;
  return {
    find,
    upsert,
    findByUid: nothing,
    findByUserCode: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  };
}

/** A partner as a client of OAuth. */
function clientOf({ id, jwks, scopes }: { id: string; jwks: object; scopes: readonly string[] }): ClientMetadata {
  return {
    client_id: id,
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: 'EdDSA',
    dpop_bound_access_tokens: true,
    scope: scopes.join(' '),
    jwks: jwks as NonNullable<ClientMetadata['jwks']>,
  };
}

/** What it says, without what is said of anything else than tokens; and the bank's keys in the place of its own. */
function describing(issuer: string, payload: string): string {
  const said = JSON.parse(payload) as Record<string, unknown>;
  const known = TOLD.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]] as const]));
  const own = { grant_types_supported: ['client_credentials'], response_types_supported: [], scopes_supported: SCOPES };
  return JSON.stringify({ ...Object.fromEntries(known), ...own, jwks_uri: new URL(KEYS_PATH, issuer).href });
}

const TOLD = [
  'issuer',
  'token_endpoint',
  'token_endpoint_auth_methods_supported',
  'token_endpoint_auth_signing_alg_values_supported',
  'dpop_signing_alg_values_supported',
];

function refusalIn(status: number, payload: string): Refused['refused'] {
  const { error = 'invalid_request', error_description = '' } = readJson(payload);
  // Errors travel in headers, which are short.
  return { status: String(status), error, error_description: error_description.slice(0, DESCRIPTION_MAX) };
}

function readJson(payload: string): { error?: string; error_description?: string } {
  try {
    return JSON.parse(payload) as { error?: string; error_description?: string };
  } catch {
    return {};
  }
}
