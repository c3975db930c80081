// A server that speaks enough of S3 for the object store, and checks what S3 checks: signatures (Signature Version 4), checksums,
// conditions. It keeps versions, so that what is deleted without its version is only hidden.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

/** A bucket on a server of its own. */
export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  /** With what a client of AWS finds its way here. */
  readonly environment: Readonly<Record<string, string>>;
  /** All versions of all objects, hidden ones too. */
  versions(): { readonly key: string; readonly bytes: Buffer }[];
  /** Answers so many requests with an error of the server, after they took effect. */
  fail(times: number): void;
  /** What was refused, and why. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

interface Version {
  readonly key: string;
  readonly id: string;
  readonly bytes: Buffer;
  hidden: boolean;
}

interface Answer {
  readonly status: number;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

const ACCESS = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', region: 'eu-central-1' };
const BUCKET = 'bank';

/** Starts a server with an empty bucket. */
export async function startS3Server(): Promise<S3Server> {
  let versions: Version[] = [];
  let failures = 0;
  let made = 0;
  const refused: string[] = [];
  const current = (key: string) => versions.find((version) => version.key === key && !version.hidden);

  function answer(request: IncomingMessage, body: Buffer): Answer {
    const url = new URL(request.url ?? '', 'http://s3');
    const wrong = whatIsWrong(request, url, body);
    if (wrong) {
      refused.push(wrong);
      return { status: 403, body: errorXml('SignatureDoesNotMatch', wrong) };
    }
    const [, bucket, ...segments] = decodeURIComponent(url.pathname).split('/');
    const key = segments.join('/');
    if (bucket !== BUCKET) return { status: 404, body: errorXml('NoSuchBucket', 'no such bucket') };
    if (key === '') return list(url.searchParams);
    const found = current(key);
    switch (request.method) {
      case 'PUT': {
        if (request.headers['if-none-match'] === '*' && found) {
          return { status: 412, body: errorXml('PreconditionFailed', 'it is there') };
        }
        made += 1;
        versions.push({ key, id: `v${made}`, bytes: body, hidden: false });
        return { status: 200 };
      }
      case 'HEAD':
        return found ? { status: 200, headers: { 'x-amz-version-id': found.id } } : { status: 404 };
      case 'GET':
        return found ? { status: 200, body: found.bytes } : { status: 404, body: errorXml('NoSuchKey', 'no such key') };
      case 'DELETE': {
        const id = url.searchParams.get('versionId');
        if (id) versions = versions.filter((version) => version.id !== id);
        else if (found) found.hidden = true;
        return { status: 204 };
      }
      default:
        return { status: 405 };
    }
  }

  function list(asked: URLSearchParams): Answer {
    const most = Number(asked.get('max-keys') ?? 1_000);
    const keys = versions
      .filter(({ hidden }) => !hidden)
      .map(({ key }) => key)
      .filter((key) => key.startsWith(asked.get('prefix') ?? '') && key > (asked.get('start-after') ?? ''))
      .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const shown = keys.slice(0, Math.min(most, 3));
    const contents = shown.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    const rest = shown.length < keys.length;
    return {
      status: 200,
      body: `<ListBucketResult><IsTruncated>${rest}</IsTruncated>${contents}</ListBucketResult>`,
    };
  }

  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const { status, body, headers } = answer(request, Buffer.concat(chunks));
      if (failures > 0) response.writeHead(503).end(errorXml('SlowDown', 'later'));
      else response.writeHead(status, { ...headers }).end(body);
      failures -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: BUCKET,
    environment: { AWS_ACCESS_KEY_ID: ACCESS.id, AWS_SECRET_ACCESS_KEY: ACCESS.secret, AWS_REGION: ACCESS.region },
    versions: () => versions.map(({ key, bytes }) => ({ key, bytes })),
    fail: (times) => {
      failures = times;
    },
    refused,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Why S3 would not take a request; undefined when it would. */
function whatIsWrong({ method = '', headers }: IncomingMessage, url: URL, body: Buffer): string | undefined {
  const hash = sha256(body);
  if (headers['x-amz-content-sha256'] !== hash) return 'the body is not what was signed';
  const sum = headers['x-amz-checksum-crc32'];
  if (method === 'PUT' && sum === undefined) return 'the body has no checksum';
  const expected = Buffer.alloc(4);
  expected.writeUInt32BE(crc32(body));
  if (sum !== undefined && sum !== expected.toString('base64')) return 'the checksum is another';
  const [, id, date, signed, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/eu-central-1\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  if (id !== ACCESS.id || !date || !signed || !signature) return 'nobody has signed it';
  const names = signed.split(';');
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.includes(name)))
    return 'too little is signed';
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const signedHeaders = names.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('');
  const asked = [method, url.pathname, query, signedHeaders, signed, hash].join('\n');
  const scope = `${date}/${ACCESS.region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(asked)].join('\n');
  const key = [date, ACCESS.region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${ACCESS.secret}`);
  const right = hmac(key, text);
  return timingSafeEqual(right, Buffer.from(signature, 'hex')) ? undefined : 'the signature is another';
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function errorXml(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}
