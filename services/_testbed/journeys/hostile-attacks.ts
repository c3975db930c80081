// Requests that are malformed or hostile, each in one of the three protocols, made by fast-check from a seed.
import { gzipSync } from 'node:zlib';
import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { framed } from '../../edge/test-clients.ts';
import { type Method, methodNamed, PROTOCOLS, type Protocol, type RpcName } from './doors.ts';
import { hostileMessage } from './hostile-values.ts';

/** A request as it travels, but for its token. */
export interface Attack {
  readonly kind: string;
  readonly protocol: Protocol;
  readonly rpc: RpcName;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A valid request, whose things exist. */
export interface Target {
  readonly rpc: RpcName;
  readonly request: JsonObject;
}

const TYPES: Readonly<Record<Protocol, string>> = {
  'Connect JSON': 'application/json',
  'gRPC-Web': 'application/grpc-web+proto',
  gRPC: 'application/grpc',
};
const CONNECT_BINARY = 'application/proto';

/** Sixty-four megabytes of nothing. */
const BOMB = gzipSync(Buffer.alloc(64 << 20));

const STRANGE_TYPES = [
  '',
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/grpc-web-text',
  'application/connect+json',
  'application/grpc+json',
  'multipart/form-data; boundary=x',
  'application/json, application/grpc',
];

/** Requests against any of the targets. */
export function attacks(targets: readonly Target[]): fc.Arbitrary<Attack> {
  const target = fc.constantFrom(...targets);
  const protocol = fc.constantFrom(...PROTOCOLS);
  return fc.tuple(target, protocol).chain(([{ rpc, request }, spoken]) => {
    const aim: Aim = { rpc, method: methodNamed(rpc), request, protocol: spoken };
    const others = [noise, flips, truncated, compressed, typed, headed, wired].map((kind) => kind(aim));
    const tricks = spoken === 'Connect JSON' ? [jsonTricks(aim)] : [];
    return fc.oneof({ arbitrary: values(aim), weight: 3 }, { arbitrary: fc.oneof(...others, ...tricks), weight: 2 });
  });
}

interface Aim {
  readonly rpc: RpcName;
  readonly method: Method;
  readonly request: JsonObject;
  readonly protocol: Protocol;
}

/** Valid in form, hostile in content. What JSON can say and the wire cannot goes as JSON. */
function values(aim: Aim): fc.Arbitrary<Attack> {
  return hostileMessage(aim.method.input, aim.request).map((request) => {
    const spoken = { ...aim, request };
    try {
      return attack('values', spoken, encoded(spoken));
    } catch {
      return attack('values', { ...spoken, protocol: 'Connect JSON' }, Buffer.from(JSON.stringify(request)));
    }
  });
}

function noise(aim: Aim): fc.Arbitrary<Attack> {
  return fc
    .tuple(fc.uint8Array({ maxLength: 3_000 }), fc.boolean())
    .map(([bytes, inFrame]) =>
      attack('noise', aim, inFrame && aim.protocol !== 'Connect JSON' ? framed(bytes) : bytes),
    );
}

function flips(aim: Aim): fc.Arbitrary<Attack> {
  return fc.array(fc.nat(), { minLength: 1, maxLength: 8 }).map((places) => {
    const bytes = Buffer.from(encoded(aim));
    for (const place of places) {
      const bit = place % (bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
    return attack('flips', aim, bytes);
  });
}

function truncated(aim: Aim): fc.Arbitrary<Attack> {
  return fc.nat({ max: 999 }).map((thousandths) => {
    const bytes = encoded(aim);
    return attack('truncated', aim, bytes.subarray(0, Math.floor((bytes.length * thousandths) / 1_000)));
  });
}

/** Compressed badly, or so well that it would fill the memory. */
function compressed(aim: Aim): fc.Arbitrary<Attack> {
  const small = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  const cut = fc.constant(gzipSync(encoded(aim)).subarray(0, 12));
  const bomb = fc.constant(BOMB);
  const encodings = fc.constantFrom('gzip', 'gzip', 'identity', 'br', 'deflate', 'x'.repeat(100));
  const bodies = fc.oneof(
    { arbitrary: small, weight: 6 },
    { arbitrary: cut, weight: 3 },
    { arbitrary: bomb, weight: 1 },
  );
  return fc.tuple(bodies, encodings).map(([bytes, encoding]) => {
    const isGrpc = aim.protocol !== 'Connect JSON';
    const header = isGrpc ? 'grpc-encoding' : 'content-encoding';
    return attack('compressed', aim, isGrpc ? framed(bytes, 1) : bytes, { [header]: encoding });
  });
}

function typed(aim: Aim): fc.Arbitrary<Attack> {
  const types = [...STRANGE_TYPES, ...Object.values(TYPES), CONNECT_BINARY];
  return fc.constantFrom(...types).map((type) => attack('typed', aim, encoded(aim), { 'content-type': type }));
}

/** Headers that are too long, too many, or nonsense. */
function headed(aim: Aim): fc.Arbitrary<Attack> {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x-${index}`, 'x']));
  const headers = fc.constantFrom<Record<string, string>>(
    { 'x-long': 'x'.repeat(20_000) },
    { authorization: `Bearer ${'x'.repeat(10_000)}` },
    { traceparent: '00-zz-zz-99', 'x-bank-origin-bin': 'e30=' },
    { 'grpc-timeout': '99999999999999H', 'connect-timeout-ms': '99999999999999' },
    { 'grpc-timeout': '-1S', 'connect-timeout-ms': '-1' },
    { 'connect-protocol-version': '9' },
    { 'user-agent': '\u00ff'.repeat(1_000) },
    { 'grpc-accept-encoding': 'x', 'accept-encoding': 'zstd;q=nan' },
    many,
  );
  return headers.map((extra) => attack('headed', aim, encoded(aim), extra));
}

/** Fields that the contract does not know, of the wrong wire type, or that are no text; frames that lie. */
function wired(aim: Aim): fc.Arbitrary<Attack> {
  const parts = fc.constantFrom<number[]>(
    [0x0a, 0x02, 0xff, 0xfe],
    [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    [0x08, ...Array<number>(20).fill(0xff)],
    [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [0xfa, 0x7f, 0x01, 0x00],
    [0x1b, 0x1c],
    Array<number>(400).fill(0x1b),
    [0x07],
    [0x00, 0x00],
    [0x0d, 0x00],
  );
  const lies = fc.constantFrom(0, 1, 2_000_000, 0xffff_ffff);
  return fc.tuple(parts, fc.boolean(), lies, fc.constantFrom(0, 0, 2, 0x80, 0xff)).map(([bytes, whole, lie, flags]) => {
    const message = Buffer.concat([
      toBinary(aim.method.input, fromJson(aim.method.input, aim.request)),
      Buffer.from(bytes),
    ]);
    if (aim.protocol === 'Connect JSON') return attack('wired', aim, message, { 'content-type': CONNECT_BINARY });
    return attack('wired', aim, framed(message, flags, whole ? message.length : lie));
  });
}

/** What only JSON lets one do. */
function jsonTricks(aim: Aim): fc.Arbitrary<Attack> {
  const text = JSON.stringify(aim.request);
  const inside = text.slice(1, -1);
  const first = Object.keys(aim.request)[0] ?? 'a';
  return fc
    .constantFrom(
      '['.repeat(50_000),
      '{"a":'.repeat(20_000),
      `{${inside}${inside ? ',' : ''}"${first}":"twice"}`,
      `{"${first}":{"${first}":1},${inside}}`,
      `{${inside}${inside ? ',' : ''}"unknown":true}`,
      JSON.stringify({ ...aim.request, validateOnly: 'yes' }),
      `{${inside}${inside ? ',' : ''}"__proto__":{"roles":["STAFF_ROLE_BACK_OFFICE"]}}`,
      `{${inside}${inside ? ',' : ''}"$typeName":"x"}`,
      `\uFEFF${text}`,
      `${text}${text}`,
      `${text}//`,
      text.replaceAll('"', "'"),
      '1e99999',
      `"${'\\u0000'.repeat(1_000)}"`,
      'null',
      '[]',
      '""',
      'x'.repeat(1_200_000),
      `{"${'k'.repeat(500_000)}":1}`,
    )
    .map((json) => attack('json', aim, Buffer.from(json)));
}

function encoded({ protocol, method, request }: Aim): Buffer {
  if (protocol === 'Connect JSON') return Buffer.from(JSON.stringify(request));
  return framed(toBinary(method.input, fromJson(method.input, request)));
}

function attack(kind: string, { protocol, rpc }: Aim, body: Uint8Array, headers: Record<string, string> = {}): Attack {
  return { kind, protocol, rpc, headers: { 'content-type': TYPES[protocol], ...headers }, body };
}
