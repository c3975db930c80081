// Local servers that speak the protocols of Vault's Transit engine and of AWS KMS, with real cryptography and their error
// answers, for the tests of the adapters. They are written after the documentation, not after the products.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A server of the test's own. */
export interface KmsServer {
  readonly address: string;
  /** What it answers instead, from now on: a status and a body, or where else to ask. */
  fail(status: number, body: object | undefined, location?: string): void;
  /** Answers as it should again. */
  heal(): void;
  /** How many requests came. */
  requests(): number;
  stop(): Promise<void>;
}

type Answer = { readonly status: number; readonly body: object; readonly location?: string };
type Json = Readonly<Record<string, unknown>>;

async function serve(answer: (request: IncomingMessage, body: string) => Answer): Promise<KmsServer> {
  let failure: Answer | undefined;
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    void text(request).then((body) => {
      const { status, body: answered, location } = failure ?? answer(request, body);
      const headers = { 'content-type': 'application/json', ...(location && { location }) };
      response.writeHead(status, headers).end(JSON.stringify(answered));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail: (status, body = {}, location) => {
      failure = { status, body, ...(location && { location }) };
    },
    heal: () => {
      failure = undefined;
    },
    requests: () => requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** A Vault server with one derived key `keys` in the engine `transit`. */
export function startVault(token: string): Promise<KmsServer> {
  const versions = [randomBytes(32)];
  const derived = (version: number, context: string) =>
    Buffer.from(hkdfSync('sha256', versions[version - 1] as Buffer, '', Buffer.from(context, 'base64'), 32));

  function encrypt({ context, plaintext }: Record<string, string>) {
    const version = versions.length;
    const bytes = seal(derived(version, context ?? ''), Buffer.from(plaintext ?? '', 'base64'), '');
    return { ciphertext: `vault:v${version}:${bytes.toString('base64')}`, key_version: version };
  }

  function decrypt({ context, ciphertext }: Record<string, string>) {
    const [, version, bytes] = /^vault:v(\d+):(.*)$/.exec(ciphertext ?? '') ?? [];
    if (!version || !bytes) return { error: 'invalid ciphertext: no prefix' };
    try {
      const key = derived(Number(version), context ?? '');
      return { plaintext: open(key, Buffer.from(bytes, 'base64'), '').toString('base64') };
    } catch {
      return { error: 'cipher: message authentication failed' };
    }
  }

  function rewrap(item: Record<string, string>) {
    const { plaintext, error } = decrypt(item);
    return plaintext ? encrypt({ ...item, plaintext }) : { error };
  }

  const verbs: Readonly<Record<string, (item: Record<string, string>) => object>> = { encrypt, decrypt, rewrap };
  return serve((request, body) => {
    if (request.headers['x-vault-token'] !== token) return { status: 403, body: { errors: ['permission denied'] } };
    const [, verb = '', key] = /^\/v1\/transit\/(\w+)\/(\w+)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'POST' && request.url === '/v1/transit/keys/keys/rotate') {
      versions.push(randomBytes(32));
      return { status: 200, body: {} };
    }
    const act = verbs[verb];
    if (!act || key !== 'keys') return { status: 400, body: { errors: ['encryption key not found'] } };
    const input = (JSON.parse(body) as { batch_input: Record<string, string>[] }).batch_input;
    if (input.some(({ context }) => !context)) {
      return { status: 400, body: { errors: ['missing context for key derivation'] } };
    }
    const results = input.map((item) => act(item));
    const bad = results.some((result) => 'error' in result);
    return { status: bad ? 400 : 200, body: { data: { batch_results: results } } };
  });
}

/** AWS KMS with one symmetric key, for one pair of credentials, whose signature (SigV4) it verifies. */
export function startAwsKms(keyId: string, credentials: { id: string; secret: string }): Promise<KmsServer> {
  const materials = [randomBytes(32)];
  const contextOf = (context: unknown) => JSON.stringify(context);

  function encrypt(plaintext: Buffer, context: unknown): string {
    const head = Buffer.from([materials.length]);
    return Buffer.concat([head, seal(materials.at(-1) as Buffer, plaintext, contextOf(context))]).toString('base64');
  }

  function decrypt(blob: unknown, context: unknown): Buffer | undefined {
    const bytes = Buffer.from(String(blob), 'base64');
    const material = materials[(bytes[0] ?? 0) - 1];
    try {
      return material && open(material, bytes.subarray(1), contextOf(context));
    } catch {
      return undefined;
    }
  }

  const invalid = { status: 400, body: { __type: 'InvalidCiphertextException' } };
  const actions: Readonly<Record<string, (asked: Json) => Answer>> = {
    'TrentService.Encrypt': ({ Plaintext, EncryptionContext }) => {
      const blob = encrypt(Buffer.from(String(Plaintext), 'base64'), EncryptionContext);
      return { status: 200, body: { KeyId: keyId, CiphertextBlob: blob } };
    },
    'TrentService.Decrypt': ({ CiphertextBlob, EncryptionContext }) => {
      const plain = decrypt(CiphertextBlob, EncryptionContext);
      return plain ? { status: 200, body: { KeyId: keyId, Plaintext: plain.toString('base64') } } : invalid;
    },
    'TrentService.ReEncrypt': ({ CiphertextBlob, SourceEncryptionContext, DestinationEncryptionContext }) => {
      const plain = decrypt(CiphertextBlob, SourceEncryptionContext);
      if (!plain) return invalid;
      return { status: 200, body: { CiphertextBlob: encrypt(plain, DestinationEncryptionContext) } };
    },
    'TrentService.RotateKeyOnDemand': () => {
      materials.push(randomBytes(32));
      return { status: 200, body: { KeyId: keyId } };
    },
  };
  return serve((request, body) => {
    if (!isSigned(request, body, credentials)) {
      return { status: 400, body: { __type: 'IncompleteSignatureException', message: 'the signature is wrong' } };
    }
    const asked = JSON.parse(body) as Json;
    if ((asked['KeyId'] ?? asked['SourceKeyId']) !== keyId)
      return { status: 400, body: { __type: 'NotFoundException' } };
    const act = actions[String(request.headers['x-amz-target'])];
    return act ? act(asked) : { status: 400, body: { __type: 'UnknownOperationException' } };
  });
}

/** Verifies a request as AWS does (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
function isSigned(
  { method, url, headers }: IncomingMessage,
  body: string,
  { id, secret }: { id: string; secret: string },
) {
  const shape =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/kms\/aws4_request), SignedHeaders=([^,]+), Signature=(\w+)$/;
  const [, shownId, scope = '', signed = '', signature] = shape.exec(headers.authorization ?? '') ?? [];
  if (shownId !== id) return false;
  const canonical = [
    method,
    url,
    '',
    ...signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const key = scope.split('/').reduce<string | Buffer>((above, part) => hmac(above, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex') === signature;
}

function seal(key: Buffer, plaintext: Buffer, context: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, bytes: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
}
