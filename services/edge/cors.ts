// Which pages may call the edge from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol). Tokens travel in a
// header and never in a cookie, so a page that is not listed can do nothing in anybody's name either way.
import type { IncomingMessage } from 'node:http';
import { cors } from '@connectrpc/connect';

const ALLOWED_HEADERS = [...cors.allowedHeaders, 'Authorization', 'Traceparent'].join(', ');
const EXPOSED_HEADERS = cors.exposedHeaders.join(', ');
const PREFLIGHT_SECONDS = '7200';

/** Answers the CORS headers of the answer to a request; `preflight` for one that only asks. */
export type Cors = (request: IncomingMessage, preflight: boolean) => Record<string, string>;

/** Reads `EDGE_ALLOWED_ORIGINS`: origins with commas between, `http://host:*` for every port of a host, or `*`. */
export function corsFor(allowedOrigins: string): Cors {
  const origins = new Set(allowedOrigins.split(',').map((origin) => origin.trim()));

  return ({ headers: { origin } }, preflight) => {
    const vary = { vary: 'Origin' };
    if (origin === undefined || !isAllowed(origins, origin)) return vary;
    const allowed = { ...vary, 'access-control-allow-origin': origins.has('*') ? '*' : origin };
    if (!preflight) return { ...allowed, 'access-control-expose-headers': EXPOSED_HEADERS };
    return {
      ...allowed,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
    };
  };
}

function isAllowed(origins: ReadonlySet<string>, origin: string): boolean {
  return origins.has('*') || origins.has(origin) || origins.has(origin.replace(/(?::[0-9]+)?$/, ':*'));
}
