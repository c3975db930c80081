// A static server for a page in a browser: the page itself, the libraries straight from node_modules through an import
// map, and the generated contracts with their types stripped. No bundler.
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { checkoutRoot } from '../../../tools/platform/paths.ts';

/** A server of pages. */
export interface PageServer {
  /** `http://127.0.0.1:…`, as browsers send it in `Origin`. */
  readonly origin: string;
  /** Sets the script that the page runs as a module. */
  run(script: string): void;
  close(): Promise<void>;
}

const PACKAGES = ['@bufbuild/protobuf', '@bufbuild/protovalidate', '@connectrpc/connect', '@connectrpc/connect-web'];

/**
 * A browser prints a page when it is loaded. An image that comes only when the script says that it is done keeps it
 * loading until then.
 */
const UNTIL_DONE = '/until-done';
const DONE = '/done';

interface Page {
  script: string;
  readonly waiting: ServerResponse[];
}

/** Starts a server of pages on a port of its own. */
export async function servePages(): Promise<PageServer> {
  const page: Page = { script: '', waiting: [] };
  const map = await importMap();
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, map, page).catch((error: unknown) => {
      response.writeHead(404).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    run(script) {
      page.script = script;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(url: string, response: ServerResponse, map: string, page: Page): Promise<void> {
  if (url === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(pageOf(map, page.script));
    return;
  }
  if (url === UNTIL_DONE) {
    page.waiting.push(response);
    return;
  }
  if (url === DONE) {
    for (const one of [response, ...page.waiting.splice(0)]) one.writeHead(204).end();
    return;
  }
  const file = path.join(checkoutRoot(), path.normalize(url));
  const inside = ['node_modules', 'gen'].some((folder) =>
    file.startsWith(path.join(checkoutRoot(), folder) + path.sep),
  );
  if (!inside) throw new Error(`${url} is not served`);
  const source = await readFile(file, 'utf8');
  const script = file.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
  response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
}

function pageOf(map: string, script: string): string {
  return `<!doctype html>
<title>A page</title>
<script type="importmap">${map}</script>
<pre id="result">nothing yet</pre>
<img src="${UNTIL_DONE}" alt="">
<script type="module">${script}
await fetch('${DONE}');</script>
`;
}

/** Where each of the packages' entries lies, from their own `exports`. */
async function importMap(): Promise<string> {
  const imports: Record<string, string> = {};
  for (const name of PACKAGES) {
    for (const [entry, { import: file }] of Object.entries(await exportsOf(name))) {
      if (file) imports[path.posix.join(name, entry)] = `/node_modules/${path.posix.join(name, file)}`;
    }
  }
  return JSON.stringify({ imports });
}

type Exports = Record<string, { readonly import?: string }>;

async function exportsOf(name: string): Promise<Exports> {
  const file = path.join(checkoutRoot(), 'node_modules', name, 'package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { exports: Exports }).exports;
}
