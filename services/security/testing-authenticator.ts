// An authenticator in software, for the tests of passkeys: real keys and real signatures, in the place of a phone and its browser.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** The site and the page for which a bank under test takes passkeys. */
const SITE = 'localhost';
const ORIGIN = 'http://localhost:5173';

const PRESENT = 0x01;
const VERIFIED = 0x04;
const SYNCED = 0x18;
const WITH_CREDENTIAL = 0x40;

/** How an authenticator may misbehave. */
export interface Misdeeds {
  readonly origin?: string;
  readonly site?: string;
  readonly type?: string;
  /** What it says it has signed so often. */
  readonly counter?: number;
  /** True when it has not verified its user. */
  readonly unverified?: boolean;
  /** True when what was signed is something else. */
  readonly tampered?: boolean;
}

/** One passkey on its device. */
export interface Authenticator {
  readonly passkeyId: string;
  /** Answers the options of a registration: RegistrationResponseJSON. */
  make(optionsJson: string, misdeeds?: Misdeeds): string;
  /** Answers the options of a login: AuthenticationResponseJSON. Each counts one up. */
  use(optionsJson: string, misdeeds?: Misdeeds): string;
}

/** Makes an authenticator with a key pair of its own. One that is synced counts nothing. */
export function authenticator(algorithm: 'ES256' | 'EdDSA' = 'ES256', { synced = false } = {}): Authenticator {
  const keys =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const id = randomBytes(32);
  const passkeyId = id.toString('base64url');
  let counter = 0;

  const data = (misdeeds: Misdeeds, flags: number, rest: Buffer = Buffer.alloc(0)): Buffer => {
    const head = Buffer.alloc(5);
    head[0] = PRESENT | (misdeeds.unverified ? 0 : VERIFIED) | (synced ? SYNCED : 0) | flags;
    head.writeUInt32BE(misdeeds.counter ?? counter, 1);
    return Buffer.concat([sha256(misdeeds.site ?? SITE), head, rest]);
  };
  const answer = (response: Record<string, string>): string =>
    JSON.stringify({ id: passkeyId, rawId: passkeyId, type: 'public-key', clientExtensionResults: {}, response });

  return {
    passkeyId,
    make(optionsJson, misdeeds = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const credential = Buffer.concat([Buffer.alloc(16), length, id, cosePublicKey(keys.publicKey)]);
      const authData = data(misdeeds, WITH_CREDENTIAL, credential);
      const attestationObject = cbor(
        new Map<string, Cbor>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authData],
        ]),
      );
      const clientDataJSON = clientData('webauthn.create', optionsJson, misdeeds).toString('base64url');
      return answer({ clientDataJSON, attestationObject: attestationObject.toString('base64url') });
    },
    use(optionsJson, misdeeds = {}) {
      if (!synced) counter += 1;
      const authenticatorData = data(misdeeds, 0);
      const client = clientData('webauthn.get', optionsJson, misdeeds);
      const signed = Buffer.concat([authenticatorData, sha256(misdeeds.tampered ? `${String(client)} ` : client)]);
      const signature = sign(algorithm === 'ES256' ? 'sha256' : null, signed, keys.privateKey);
      return answer({
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
      });
    },
  };
}

/** What the browser says of the page (WebAuthn Level 3, 5.8.1). */
function clientData(type: string, optionsJson: string, misdeeds: Misdeeds): Buffer {
  const { challenge } = JSON.parse(optionsJson) as { challenge: string };
  const origin = misdeeds.origin ?? ORIGIN;
  return Buffer.from(JSON.stringify({ type: misdeeds.type ?? type, challenge, origin, crossOrigin: false }));
}

/** A public key as COSE writes it (RFC 9053, 7). */
function cosePublicKey(key: KeyObject): Buffer {
  const { x = '', y } = key.export({ format: 'jwk' });
  const point = (text: string) => Buffer.from(text, 'base64url');
  if (y === undefined)
    return cbor(
      new Map<number, Cbor>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, point(x)],
      ]),
    );
  return cbor(
    new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, point(x)],
      [-3, point(y)],
    ]),
  );
}

type Cbor = number | string | Buffer | Map<number, Cbor> | Map<string, Cbor>;

/** As much of CBOR (RFC 8949) as authenticators need: small integers, texts, bytes and maps. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
}

function head(major: number, count: number): Buffer {
  if (count < 24) return Buffer.of((major << 5) | count);
  return count < 256 ? Buffer.of((major << 5) | 24, count) : Buffer.of((major << 5) | 25, count >> 8, count & 0xff);
}

function sha256(bytes: Buffer | string): Buffer {
  return createHash('sha256').update(bytes).digest();
}
