// The keys with which tokens are signed: made here, sealed in the database, and known in memory to every process of the
// service, which looks twice a second for what another has changed.
import { generateKeyPairSync } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { calculateJwkThumbprint, importPKCS8 } from 'jose';
import type { House } from '#chassis/boot.ts';
import type { Tx } from '#chassis/database.ts';
import { refuseCall } from '#chassis/errors.ts';
import { ALGORITHM, ISSUER, type Issuer, issuerWith, LIFETIME_SECONDS_MAX, type Signer } from '#chassis/issuer.ts';
import { repeat } from '#chassis/repeat.ts';
import { type FindKey, jwkOf, verifying } from '#chassis/verification-keys.ts';
import { type SigningKey, SigningKeySchema } from '#gen/bank/security/v1/signing_pb.ts';
import { sealed, sealedIn } from './approvals.ts';
import { nextSignMs, overAt, type Schedule, type Scheduled, signingAt } from './domain/signing-keys.ts';
import { deleteKeys, insertKey, type KeyRow, lockKeys, selectKeys } from './signing-tables.ts';

/** What the service knows of its keys. */
export interface Signing {
  /** Signs tokens with the key that is to sign at the time. */
  readonly issuer: Issuer;
  /** Finds a key that verifies. */
  readonly find: FindKey;
  /** The keys that are told, as everybody may know them. */
  published(): Promise<SigningKey[]>;
  /** Looks for what has changed, makes the next key when it is time, forgets those that are over. */
  look(): Promise<void>;
}

type Opened = Signer & Scheduled;

const LOOK_MS = 500;
/** Under whose key the private keys are sealed. */
const OWNER = 'security.signing-keys';

/** What is to be told of a key. */
export function told({ kid, publicKey, publishMs, signMs }: Omit<KeyRow, 'privateKey'>): SigningKey {
  const [publishTime, signTime] = [timestampFromMs(publishMs), timestampFromMs(signMs)];
  return create(SigningKeySchema, { kid, publicKey: new Uint8Array(publicKey), publishTime, signTime });
}

/** How keys follow each other here. */
export function scheduleOf({ config }: Pick<House, 'config'>): Schedule {
  const { SIGNING_KEY_SECONDS: period, SIGNING_KEY_LEAD_SECONDS: lead } = config;
  return { periodMs: period * 1000, leadMs: lead * 1000, toldMs: LIFETIME_SECONDS_MAX * 1000 };
}

/** Opens the keys. Nothing is signed before the first look. */
export function signing(house: Pick<House, 'config' | 'database' | 'vault'>): Signing {
  const { database } = house;
  let verify: ReadonlyMap<string, { readonly key: CryptoKey; readonly issuer: string }> = new Map();
  let opened: readonly Opened[] = [];

  async function look(): Promise<void> {
    let rows = await database.query(selectKeys());
    if (isDue(house, rows)) rows = await database.transaction((tx) => turn(house, tx));
    if (rows.length === opened.length && rows.every((row, index) => isSame(row, opened[index]))) return;
    verify = await verifying(rows.map(told));
    opened = await Promise.all(rows.map((row) => open(house, row)));
  }

  return {
    issuer: issuerWith(ISSUER, () => {
      const signer = signingAt(opened, Date.now());
      // Since it started, what keeps the key-encryption key has been away.
      if (!signer) throw refuseCall('SERVICE_UNAVAILABLE');
      return signer;
    }),
    find: async (kid) => verify.get(kid),
    published: async () => (await database.query(selectKeys())).map(told),
    look,
  };
}

/** Looks at once, whatever comes of it, and then on until it is stopped. */
export async function startSigning({ signing: keys, log }: Pick<House, 'log'> & { readonly signing: Signing }) {
  await keys.look().catch((error: unknown) => log.warn({ err: error }, 'nothing can be signed yet'));
  return repeat(LOOK_MS, keys.look, log, 'the signing keys could not be looked at');
}

/** A new key that is told from now on. */
export async function makeKey(house: Pick<House, 'vault'>, now: number, signMs: number): Promise<KeyRow> {
  const { publicKey: made, privateKey } = generateKeyPairSync('ed25519');
  const publicKey = Buffer.from(made.export({ format: 'jwk' }).x ?? '', 'base64url');
  const kid = await calculateJwkThumbprint(jwkOf({ kid: '', publicKey }));
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  return { kid, publicKey, privateKey: await sealed(house, OWNER, contextOf(kid), pkcs8), publishMs: now, signMs };
}

function isDue(house: Pick<House, 'config'>, rows: readonly KeyRow[]): boolean {
  const now = Date.now();
  return nextSignMs(rows, now, scheduleOf(house)) !== undefined || overAt(rows, now, scheduleOf(house)).length > 0;
}

/** Makes what is due and forgets what is over, one process at a time. Answers the keys as they are then. */
async function turn(house: Pick<House, 'config' | 'vault'>, tx: Pick<Tx, 'query'>): Promise<KeyRow[]> {
  await tx.query(lockKeys());
  const rows = await tx.query(selectKeys());
  const now = Date.now();
  const signMs = nextSignMs(rows, now, scheduleOf(house));
  if (signMs !== undefined) await tx.query(insertKey(await makeKey(house, now, signMs)));
  await tx.query(deleteKeys(overAt(rows, now, scheduleOf(house))));
  return tx.query(selectKeys());
}

async function open({ vault }: Pick<House, 'vault'>, { kid, privateKey, signMs }: KeyRow): Promise<Opened> {
  const pkcs8 = await vault.open(sealedIn(privateKey), contextOf(kid));
  if (!pkcs8) throw new Error(`the signing key ${kid} cannot be opened`);
  const pem = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----`;
  return { kid, signMs, key: await importPKCS8(pem, ALGORITHM) };
}

function contextOf(kid: string): string {
  return `signing-key/${kid}`;
}

function isSame(row: Scheduled, known: Scheduled | undefined): boolean {
  return row.kid === known?.kid && row.signMs === known.signMs;
}
