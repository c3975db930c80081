// A workload's certificate, key and roots, from files that change: read again while the process runs.
import { constants, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createSecureContext, type SecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import type { Logger } from './log.ts';
import { uriOf } from './spiffe.ts';

/** What a TLS context is made of. */
export type TlsMaterial = SecureContextOptions & { readonly minVersion: SecureVersion };

/** Certificates that are read again. */
export interface Certificates {
  /** The newest that is whole. */
  current(): TlsMaterial;
  /** Calls back with each that comes after. */
  onChange(changed: (material: TlsMaterial) => void): void;
  close(): void;
}

/**
 * Opens `tls.crt`, `tls.key` and `ca.crt` (all PEM; the roots may be several) in a directory, and reads them again every
 * `rereadMs`. Throws when they are missing, do not belong together or name another id. What is wrong later on is logged,
 * and what was good stays in use: a certificate that expires is told a third of its life before, and again when it has.
 */
export function openCertificates(directory: string, id: string, rereadMs: number, log: Logger): Certificates {
  let read = certificatesOf(readFiles(directory), directory, id);
  const listeners: ((material: TlsMaterial) => void)[] = [];
  const warn = expiryWarner(log);
  warn(read.certificate);
  function readAgain(): void {
    try {
      const files = readFiles(directory);
      if (files.join() !== read.files.join()) {
        read = certificatesOf(files, directory, id);
        for (const listener of listeners) listener(read.material);
        log.info({ id, validTo: read.certificate.validTo }, 'the certificates have changed');
      }
    } catch (error) {
      // Half of a new pair, perhaps: the next reading finds it whole.
      log.warn({ err: error, id }, 'the certificates could not be read again');
    }
    warn(read.certificate);
  }
  const timer = setInterval(readAgain, rereadMs).unref();
  return {
    current: () => read.material,
    onChange: (changed) => void listeners.push(changed),
    close: () => clearInterval(timer),
  };
}

const contexts = new WeakMap<TlsMaterial, SecureContext>();

/** The context of TLS that is made of this, once for all connections. */
export function contextOf(material: TlsMaterial): SecureContext {
  const context = contexts.get(material) ?? createSecureContext(material);
  contexts.set(material, context);
  return context;
}

function readFiles(directory: string): string[] {
  return ['tls.crt', 'tls.key', 'ca.crt'].map((name) => readFileSync(path.join(directory, name), 'utf8'));
}

function certificatesOf(files: readonly string[], directory: string, id: string) {
  const [cert = '', key = '', ca = ''] = files;
  const certificate = new X509Certificate(cert);
  const named = uriOf(certificate.subjectAltName);
  if (named !== id) throw new Error(`${directory}: the certificate is of ${named ?? 'nobody'}, not of ${id}`);
  // Without tickets no session is taken up again: a connection is made by who shows a certificate that is good by now.
  const material: TlsMaterial = { cert, key, ca, minVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_TICKET };
  // Throws when the key is not the certificate's.
  contextOf(material);
  return { certificate, material, files };
}

function expiryWarner(log: Logger): (certificate: X509Certificate) => void {
  let told = '';
  return ({ validFromDate, validToDate, fingerprint256 }) => {
    const left = validToDate.getTime() - Date.now();
    const life = validToDate.getTime() - validFromDate.getTime();
    const state = left <= 0 ? 'has expired' : left < life / 3 ? 'expires soon' : '';
    if (state === '' || told === fingerprint256 + state) return;
    told = fingerprint256 + state;
    log[left <= 0 ? 'error' : 'warn']({ validTo: validToDate.toISOString() }, `the certificate ${state}`);
  };
}
