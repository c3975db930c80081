// Who the calling workload is, as the connection proves it. Tokens say whom a call is for; they can be stolen, and so
// count only from the workload that they name.
import path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import type { Workload } from '#gen/bank/rules.ts';
import { openCertificates } from './certificates.ts';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import { channelTls, serverTls } from './mutual-tls.ts';
import { type Domain, spiffeId, uriOf, workloadOf } from './spiffe.ts';
import { lastUri, XFCC } from './xfcc.ts';

/** The part of a call that shows who calls. */
export type Shown = Pick<grpc.ServerUnaryCall<Buffer, Buffer>, 'metadata' | 'getPeer' | 'getAuthContext'>;

/** A workload among the others. */
export interface Identity {
  /** How its server is reached. */
  readonly server: grpc.ServerCredentials;
  /** How it reaches another workload. The same answer every time, so that channels share connections. */
  channel(to: Workload): grpc.ChannelCredentials;
  /** The workload that calls, as the connection proves it while it is open; undefined when it proves none. */
  callerOf(shown: Shown): Workload | undefined;
  close(): void;
}

type Settings = Pick<
  Config,
  | 'WORKLOAD_IDENTITY'
  | 'TRUST_DOMAIN'
  | 'WORKLOAD_NAMESPACE'
  | 'CERTIFICATES_DIR'
  | 'CERTIFICATES_REREAD_SECONDS'
  | 'DATA_DIR'
>;

/** Opens the identity of a workload, as configured. Throws when its certificates are missing or another's. */
export function openIdentity(config: Settings, workload: Workload, log: Logger): Identity {
  const domain = { trustDomain: config.TRUST_DOMAIN, namespace: config.WORKLOAD_NAMESPACE };
  return config.WORKLOAD_IDENTITY === 'istio' ? besideSidecar(domain) : withCertificates(config, domain, workload, log);
}

/** Where a workload's certificates are. */
export function certificatesDirectory(
  config: Pick<Config, 'CERTIFICATES_DIR' | 'DATA_DIR'>,
  workload: Workload,
): string {
  return path.join(config.CERTIFICATES_DIR || path.join(config.DATA_DIR, 'certificates'), workload);
}

function withCertificates(config: Settings, domain: Domain, workload: Workload, log: Logger): Identity {
  const rereadMs = config.CERTIFICATES_REREAD_SECONDS * 1000;
  const directory = certificatesDirectory(config, workload);
  const certificates = openCertificates(directory, spiffeId(domain, workload), rereadMs, log);
  const channels = new Map<Workload, grpc.ChannelCredentials>();
  const named = (shown: Shown) => workloadOf(domain, uriOf(shown.getAuthContext().sslPeerCertificate?.subjectaltname));
  return {
    server: serverTls(certificates),
    channel(to) {
      const credentials = channels.get(to) ?? channelTls(certificates, spiffeId(domain, to));
      channels.set(to, credentials);
      return credentials;
    },
    callerOf: oncePerConnection(named),
    close: () => certificates.close(),
  };
}

/**
 * Asks once for each connection, whose certificate does not change (TLS 1.3 has no renegotiation): grpc-js takes it apart
 * for every call anew, which costs more than all other checks. It keeps the connection to itself; where it is not found,
 * every call is asked.
 */
function oncePerConnection(ask: (shown: Shown) => Workload | undefined): (shown: Shown) => Workload | undefined {
  const known = new WeakMap<object, { readonly workload: Workload | undefined }>();
  return (shown) => {
    const session = (shown as { call?: { stream?: { session?: object } } }).call?.stream?.session;
    if (!session) return ask(shown);
    const kept = known.get(session) ?? { workload: ask(shown) };
    known.set(session, kept);
    return kept.workload;
  };
}

/** Inside Istio the sidecars speak mTLS, and each tells its own workload who is at the other end. */
function besideSidecar(domain: Domain): Identity {
  const insecure = grpc.credentials.createInsecure();
  return {
    server: grpc.ServerCredentials.createInsecure(),
    channel: () => insecure,
    callerOf: (shown) =>
      isSidecar(shown.getPeer()) ? workloadOf(domain, lastUri(headerOf(shown.metadata))) : undefined,
    close: () => undefined,
  };
}

function headerOf(metadata: grpc.Metadata): string {
  return metadata.get(XFCC).join(',');
}

/** The own sidecar comes from the loopback, or from 127.0.0.6, Istio's address for what it lets in. */
function isSidecar(peer: string): boolean {
  return /^(127\.0\.0\.[16]|\[?(::ffff:127\.0\.0\.[16]|::1)\]?):[0-9]+$/.test(peer);
}
