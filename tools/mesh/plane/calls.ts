// One call over HTTP/2 or HTTP/1.1, as tests make it at doors of sidecars: whatever its message, what matters is who is let in.
import http2 from 'node:http2';
import { Agent, request } from 'node:https';
import { connect } from 'node:tls';
import type { TlsMaterial } from '#chassis/certificates.ts';
import { XFCC } from '#chassis/xfcc.ts';

/** How a call ended: by HTTP and by gRPC, and what the program behind the door was told of its caller. */
export interface Ended {
  readonly status: number;
  readonly grpcStatus: string | undefined;
  readonly message: string | undefined;
  readonly told: string | undefined;
}

/** The message of nothing: a frame of gRPC without bytes. */
const EMPTY = Buffer.alloc(5);

const PATIENCE_MS = 20_000;
/** Some streams stay open, once they are. */
const OPEN_MS = 1_000;

/** Calls an RPC over a session. Throws when the session ends without an answer. */
export function callOver(
  session: http2.ClientHttp2Session,
  path: string,
  headers: http2.OutgoingHttpHeaders = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const all = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers };
    const stream = session.request(all, { endStream: false });
    let ended: http2.IncomingHttpHeaders | undefined;
    let timer = setTimeout(() => reject(new Error('no answer')), PATIENCE_MS);
    stream.once('response', (answer) => {
      ended = answer;
      clearTimeout(timer);
      timer = setTimeout(() => stream.close(), OPEN_MS);
    });
    stream.once('trailers', (trailers: http2.IncomingHttpHeaders) => {
      ended = { ...ended, ...trailers };
    });
    stream.once('error', reject);
    stream.once('close', () => clearTimeout(timer));
    stream.once('close', () => (ended ? resolve(endedAs(ended)) : reject(new Error('closed without an answer'))));
    stream.resume().end(EMPTY);
  });
}

function endedAs(headers: http2.IncomingHttpHeaders): Ended {
  const text = (name: string) => (headers[name] === undefined ? undefined : String(headers[name]));
  const message = text('grpc-message');
  return {
    status: Number(headers[':status']),
    grpcStatus: text('grpc-status'),
    message: message && decodeURIComponent(message),
    told: text(XFCC),
  };
}

/** Opens a session to a door; without a certificate, plainly with `undefined`. Rejects when there is none to be had. */
export function sessionAt(
  port: number,
  shown: Partial<TlsMaterial> | undefined,
  host = '127.0.0.1',
): Promise<http2.ClientHttp2Session> {
  const secured = { ...shown, host, port, ALPNProtocols: ['h2'], servername: 'workload' };
  const socket = shown && connect({ ...secured, checkServerIdentity: () => undefined });
  const session = http2.connect(`http://${host}:${port}`, socket && { createConnection: () => socket });
  return new Promise((resolve, reject) => {
    // A server refuses a certificate after its client believes itself connected: the settings come only once it has agreed.
    session.once('remoteSettings', () => resolve(session));
    session.once('error', reject).once('close', () => reject(new Error('closed')));
    socket?.once('error', reject).once('close', () => reject(new Error('closed')));
  });
}

/** An agent that shows a certificate to doors, whoever they are. */
export function agentOf(shown: TlsMaterial): Agent {
  return new Agent({ ...shown, keepAlive: true, servername: 'workload', checkServerIdentity: () => undefined });
}

/** Asks a door for a path by HTTP/1.1. Rejects when it speaks with nobody. */
export function askHttp(agent: Agent, port: number, method: string, path: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: '127.0.0.1', port, method, path }, (response) => {
      let message = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        message += text;
      });
      response.once('end', () => {
        const told = response.headers[XFCC];
        resolve({ status: response.statusCode ?? 0, grpcStatus: undefined, message, told: told && String(told) });
      });
    });
    asked.once('error', reject).end();
  });
}
