// A certificate authority for one machine, so that development and tests speak the same mTLS as production. Its key lies
// beside the bank's other keys.
import 'reflect-metadata'; // what x509 depends on asks for it
import { randomBytes, webcrypto } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import type { Config } from '#chassis/config.ts';
import { certificatesDirectory } from '#chassis/identity.ts';
import { spiffeId } from '#chassis/spiffe.ts';
import type { Workload } from '#gen/bank/rules.ts';
import { mayCall } from '../plugins/workloads.ts';

/** A certificate authority: its certificate and the key that signs with it. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

const HOUR_MS = 3_600_000;
/** How long a workload's certificate lives. It is renewed when half of that is over. */
const LEAF_MS = 24 * HOUR_MS;
const ROOT_MS = 3650 * 24 * HOUR_MS;
/** Clocks differ a little. */
const SKEW_MS = 60_000;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

x509.cryptoProvider.set(webcrypto as Crypto);

/** Every workload that calls or is called. */
const workloads = [...new Set([...Object.keys(mayCall), ...Object.values(mayCall).flat()])] as Workload[];

/** Makes a certificate for every workload that has none, or one of which half of the life is over; at first, the authority too. */
export async function developmentCertificates(config: Config): Promise<void> {
  const authority = await openAuthority(path.dirname(certificatesDirectory(config, 'edge')));
  const domain = { trustDomain: config.TRUST_DOMAIN, namespace: config.WORKLOAD_NAMESPACE };
  await Promise.all(
    workloads.map(async (workload) => {
      const directory = certificatesDirectory(config, workload);
      if (await isFresh(directory, authority)) return;
      await writeCertificate(directory, await issue(authority, spiffeId(domain, workload)), [authority]);
    }),
  );
}

/** Makes an authority that is stored nowhere. */
export async function makeAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: 'CN=corebank development CA',
    ...lifetime(ROOT_MS),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, key: keys.privateKey };
}

/** A certificate with its key, as PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** Issues a certificate for a SPIFFE id. A negative life is one that is over. */
export async function issue(authority: Authority, id: string, lifeMs = LEAF_MS): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    issuer: authority.certificate.subject,
    ...lifetime(lifeMs),
    signingAlgorithm: SIGNING,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      // Critical, as the subject is empty (RFC 5280, 4.2.1.6).
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: id }], true),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
    ],
  });
  return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) };
}

/** Writes a workload's files, each whole or not at all. Those who read them between two take the pair that they had. */
export async function writeCertificate(
  directory: string,
  { cert, key }: Issued,
  roots: readonly Authority[],
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const ca = roots.map(({ certificate }) => certificate.toString('pem')).join('\n');
  await replace(path.join(directory, 'ca.crt'), ca);
  await replace(path.join(directory, 'tls.key'), key);
  await replace(path.join(directory, 'tls.crt'), cert);
}

/** Opens the authority of a directory, and makes it when there is none. */
export async function openAuthority(directory: string): Promise<Authority> {
  const file = path.join(directory, 'authority.pem');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known === undefined) {
    const made = await makeAuthority();
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await replace(file, `${made.certificate.toString('pem')}\n${await pemOf(made.key)}\n`);
    return made;
  }
  const [certificate, key] = x509.PemConverter.decode(known);
  if (!certificate || !key) throw new Error(`${file} is broken; without it, a new authority is made`);
  return {
    certificate: new x509.X509Certificate(certificate),
    key: await webcrypto.subtle.importKey('pkcs8', key, CURVE, true, ['sign']),
  };
}

async function isFresh(directory: string, authority: Authority): Promise<boolean> {
  const cert = await readFile(path.join(directory, 'tls.crt'), 'utf8').catch(() => undefined);
  if (cert === undefined) return false;
  const certificate = new x509.X509Certificate(cert);
  const halfOver = certificate.notAfter.getTime() - Date.now() < LEAF_MS / 2;
  return !halfOver && certificate.verify({ publicKey: authority.certificate, signatureOnly: true });
}

function lifetime(lifeMs: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - SKEW_MS - Math.max(0, -lifeMs)), notAfter: new Date(now + lifeMs) };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
