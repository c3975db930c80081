// A certificate authority for one machine, so that development and tests speak the same mTLS as production. Its key lies
// beside the bank's other keys.
import 'reflect-metadata'; // what x509 depends on asks for it
import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import type { Config } from '#chassis/config.ts';
import { certificatesDirectory } from '#chassis/identity.ts';
import { spiffeId, uriOf } from '#chassis/spiffe.ts';
import type { Workload } from '#gen/bank/rules.ts';
import { mayCall } from '../plugins/workloads.ts';

/** A certificate authority: its root certificate and the key that signs with it. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

const HOUR_MS = 3_600_000;
/** How long a workload's certificate lives. It is renewed when half of that is over. */
const LEAF_MS = 24 * HOUR_MS;
const ROOT_MS = 365 * 24 * HOUR_MS;
/** So long before its end an authority gets a successor. What it issues until then has ended long before it does. */
const SUCCESSION_MS = 30 * 24 * HOUR_MS;
/** A successor issues only when everybody has had time to read that it is to be trusted. */
const ANNOUNCED_MS = HOUR_MS;
/** Clocks differ a little. */
const SKEW_MS = 60_000;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

x509.cryptoProvider.set(webcrypto as Crypto);

/** Every workload that calls or is called. */
const workloads = [...new Set([...Object.keys(mayCall), ...Object.values(mayCall).flat()])] as Workload[];

/**
 * Makes a certificate for every workload that has none, or one of which half of the life is over; at first, the authority
 * too, and another one in good time before it ends: everybody trusts both from then on, and the new one issues an hour later.
 */
export async function developmentCertificates(config: Config, now = Date.now()): Promise<void> {
  const authorities = await openAuthorities(path.dirname(certificatesDirectory(config, 'edge')), now);
  const roots = authorities.map(({ certificate }) => new X509Certificate(certificate.toString('pem')));
  const signer = signerOf(authorities, now);
  const domain = { trustDomain: config.TRUST_DOMAIN, namespace: config.WORKLOAD_NAMESPACE };
  await Promise.all(
    workloads.map(async (workload) => {
      const directory = certificatesDirectory(config, workload);
      const id = spiffeId(domain, workload);
      const issued = (await freshIn(directory, id, roots, now)) ?? (await issue(signer, id, LEAF_MS, now));
      await writeCertificate(directory, issued, authorities);
    }),
  );
}

/** Makes an authority that is stored nowhere. */
export async function makeAuthority(now = Date.now()): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: 'CN=corebank development CA',
    ...lifetime(ROOT_MS, now),
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
export async function issue(authority: Authority, id: string, lifeMs = LEAF_MS, now = Date.now()): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    issuer: authority.certificate.subject,
    ...lifetime(lifeMs, now),
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

/**
 * Opens the authorities of a directory that have not ended, the oldest first, and makes another when there is none that
 * has enough of its life left.
 */
export async function openAuthorities(directory: string, now = Date.now()): Promise<readonly Authority[]> {
  const file = path.join(directory, 'authority.pem');
  const known = await readAuthorities(file);
  const valid = known.filter(({ certificate }) => certificate.notAfter.getTime() > now);
  const last = valid.at(-1)?.certificate.notAfter.getTime() ?? 0;
  if (last - now > SUCCESSION_MS) return valid;
  const all = [...valid, await makeAuthority(now)];
  const pem = all.map(async ({ certificate, key }) => `${certificate.toString('pem')}\n${await pemOf(key)}\n`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await replace(file, (await Promise.all(pem)).join(''));
  return all;
}

/** The newest authority that everybody knows by now and that outlives what it issues; the newest of all where there is none. */
function signerOf(authorities: readonly Authority[], now: number): Authority {
  const able = authorities.filter(
    ({ certificate: { notBefore, notAfter } }) =>
      now - notBefore.getTime() > ANNOUNCED_MS && notAfter.getTime() - now > LEAF_MS,
  );
  const signer = able.at(-1) ?? authorities.at(-1);
  if (!signer) throw new Error('there is no authority');
  return signer;
}

async function readAuthorities(file: string): Promise<Authority[]> {
  const pem = await readFile(file, 'utf8').catch(() => undefined);
  if (pem === undefined) return [];
  const blocks = x509.PemConverter.decode(pem);
  if (blocks.length === 0 || blocks.length % 2 > 0) {
    throw new Error(`${file} is broken; without it, a new authority is made`);
  }
  const pairs = Array.from({ length: blocks.length / 2 }, (_, index) => blocks.slice(2 * index, 2 * index + 2));
  return Promise.all(
    pairs.map(async ([certificate, key]) => ({
      certificate: new x509.X509Certificate(certificate as ArrayBuffer),
      key: await webcrypto.subtle.importKey('pkcs8', key as ArrayBuffer, CURVE, true, ['sign']),
    })),
  );
}

/** What a directory has, when it is of this id and issued by one of `roots`, and less than half of its life is over. */
async function freshIn(
  directory: string,
  id: string,
  roots: readonly X509Certificate[],
  now: number,
): Promise<Issued | undefined> {
  const read = (name: string) => readFile(path.join(directory, name), 'utf8').catch(() => '');
  const issued = { cert: await read('tls.crt'), key: await read('tls.key') };
  try {
    const certificate = new X509Certificate(issued.cert);
    const isWhole =
      uriOf(certificate.subjectAltName) === id && certificate.checkPrivateKey(createPrivateKey(issued.key));
    const isOurs = roots.some(({ publicKey }) => certificate.verify(publicKey));
    return isWhole && isOurs && certificate.validToDate.getTime() - now > LEAF_MS / 2 ? issued : undefined;
  } catch {
    return undefined;
  }
}

function lifetime(lifeMs: number, now: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - SKEW_MS - Math.max(0, -lifeMs)), notAfter: new Date(now + lifeMs) };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** What a file has already is not written again: who reads it shall see a change only where there is one. */
async function replace(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
