// gRPC and nothing else: bytes out, bytes in.
import * as grpc from '@grpc/grpc-js';

/** A few connections to one server, used in turn. */
export interface Wire {
  call(path: string, request: Buffer, metadata?: grpc.Metadata): Promise<Buffer>;
  close(): void;
}

/** The edge lets 100 calls at once through one connection, and 128 are to be in flight. */
const CONNECTIONS = 2;
const DEADLINE_MS = 10_000;

const passBytes = (bytes: Buffer): Buffer => bytes;

/** Opens connections of its own, without TLS unless credentials are given. A call that fails rejects with grpc-js's own error. */
export function openWire(address: string, credentials = grpc.credentials.createInsecure()): Wire {
  const clients = Array.from(
    { length: CONNECTIONS },
    () => new grpc.Client(address, credentials, { 'grpc.use_local_subchannel_pool': 1 }),
  );
  let turn = 0;
  return {
    call: (path, request, metadata = new grpc.Metadata()) =>
      new Promise((resolve, reject) => {
        turn = (turn + 1) % CONNECTIONS;
        const options = { deadline: Date.now() + DEADLINE_MS };
        clients[turn]?.makeUnaryRequest(path, passBytes, passBytes, request, metadata, options, (error, answer) =>
          error ? reject(error) : resolve(answer ?? Buffer.alloc(0)),
        );
      }),
    close() {
      for (const client of clients) client.close();
    },
  };
}

/** The metadata that shows a token. */
export function showing(token: string): grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}
