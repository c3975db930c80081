// mTLS with grpc-js: TLS 1.3, a certificate on both sides, names by SPIFFE id. New connections use the newest certificates.
// grpc-js's own credentials fix their context when they are made, and its file watcher knows no least version of TLS.
import type { PeerCertificate } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { type Certificates, contextOf } from './certificates.ts';
import { uriOf } from './spiffe.ts';

class ServerTls extends grpc.ServerCredentials {
  constructor(certificates: Certificates) {
    super({ requestCert: true, rejectUnauthorized: true }, certificates.current());
    certificates.onChange((material) => this.updateSecureContextOptions(material));
  }

  override _equals(other: grpc.ServerCredentials): boolean {
    return this === other;
  }
}

type CreateConnector = grpc.ChannelCredentials['_createSecureConnector'];

class ChannelTls extends grpc.ChannelCredentials {
  readonly #newest: () => grpc.ChannelCredentials;

  constructor(newest: () => grpc.ChannelCredentials) {
    super();
    this.#newest = newest;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    ...[target, options, calls]: Parameters<CreateConnector>
  ): ReturnType<CreateConnector> {
    // The name in the handshake is of no account, but an IP address may not stand there.
    const named = { ...options, 'grpc.ssl_target_name_override': 'workload' };
    const make = () => this.#newest()._createSecureConnector(target, named, calls);
    const first = make();
    // A connector lives as long as its channel, and connects many times.
    return {
      connect: (socket) => make().connect(socket),
      waitForReady: () => first.waitForReady(),
      getCallCredentials: () => first.getCallCredentials(),
      destroy: () => first.destroy(),
    };
  }
}

/** What a server demands and shows. */
export function serverTls(certificates: Certificates): grpc.ServerCredentials {
  return new ServerTls(certificates);
}

/** What a client shows, and whom alone it takes for its server: the workload with this id, at whatever address. */
export function channelTls(certificates: Pick<Certificates, 'current'>, serverId: string): grpc.ChannelCredentials {
  const checkServerIdentity = (_host: string, { subjectaltname }: PeerCertificate): Error | undefined => {
    const named = uriOf(subjectaltname);
    return named === serverId ? undefined : new Error(`the server is ${named ?? 'nobody'}, not ${serverId}`);
  };
  return new ChannelTls(() =>
    grpc.ChannelCredentials.createFromSecureContext(contextOf(certificates.current()), {
      checkServerIdentity,
    }),
  );
}
