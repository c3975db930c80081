// What the edge answers beside RPCs, by plain HTTP: no contract names it, so it is named here, for the edge and for the mesh's
// policies alike.

/** A path that is no RPC's. */
export interface PlainPath {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /** Where it is answered: everywhere, or only by a development bank; `pod`, and asked for by nobody from outside. */
  readonly where: 'everywhere' | 'development' | 'pod';
}

export const PLAIN_PATHS = {
  /** Whether it serves, for the one who restarts it. */
  health: { path: '/healthz', method: 'GET', where: 'pod' },
  /** The keys that verify tokens: whoever fetches them is nobody in particular. */
  keys: { path: '/.well-known/jwks.json', method: 'GET', where: 'everywhere' },
  /** What a partner needs to know to get a token. */
  authorizationServer: { path: '/.well-known/oauth-authorization-server', method: 'GET', where: 'everywhere' },
  /** Tokens for partners. */
  token: { path: '/oauth2/token', method: 'POST', where: 'everywhere' },
  /** The page on which the reader of a message ends what it is about, and the click that does it (RFC 8058). */
  unsubscribePage: { path: '/unsubscribe', method: 'GET', where: 'everywhere' },
  unsubscribe: { path: '/unsubscribe', method: 'POST', where: 'everywhere' },
  /** Tokens for anybody. */
  developmentToken: { path: '/dev/token', method: 'POST', where: 'development' },
} as const satisfies Readonly<Record<string, PlainPath>>;
