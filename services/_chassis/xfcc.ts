// The header x-forwarded-client-cert, in which an Istio sidecar says whose certificate it has verified.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert

/** The name of the header. */
export const XFCC = 'x-forwarded-client-cert';

// key=value, the value bare or quoted; only `\"` is an escape, and whatever needs quoting is quoted.
const PAIR = /[ \t]*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;=\\]*))[ \t]*([,;]|$)/y;

/**
 * The URI of the last element: that of the nearest hop, the only one that the own sidecar vouches for; earlier ones are
 * what the caller claims. Undefined when any part of the header breaks the grammar (a broken one might hide where the last
 * element begins), or when the last element has no URI, or more than one.
 */
export function lastUri(header: string): string | undefined {
  let uris: string[] = [];
  PAIR.lastIndex = 0;
  for (;;) {
    const [, key = '', quoted, bare = '', end] = PAIR.exec(header) ?? [];
    if (end === undefined) return undefined;
    if (key.toLowerCase() === 'uri') uris.push(quoted?.replaceAll('\\"', '"') ?? bare);
    if (end === '') return uris.length === 1 ? uris[0] : undefined;
    if (end === ',') uris = [];
  }
}
