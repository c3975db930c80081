import { randomInt } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { Code } from '#chassis/errors.ts';
import { staff } from '#chassis/testing/clients.ts';
import { LedgerService, ListEntriesRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { rules } from '#gen/bank/rules.ts';
import { useBank } from '../_testbed/bank.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { bare, clientOf, framed, postGrpc, toldInJson, toldInTrailers } from './test-clients.ts';

/** Over each of two protocols; with the hostile ones of the journey, fifty thousand in all, and a million in proof. */
const REQUESTS = process.env['COREBANK_PROOF'] ? 495_000 : 24_500;
const SOCKETS = process.env['COREBANK_PROOF'] ? 1_000 : 60;
const AT_ONCE = 8;
const BATCH = 500;
const LONG = process.env['COREBANK_PROOF'] ? 3_600_000 : 600_000;
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
/** A bug of the bank, which no request may reach. */
const BUGS: readonly number[] = [Code.INTERNAL, Code.UNKNOWN, Code.DATA_LOSS];

const VALID = create(ListEntriesRequestSchema, { ledgerAccountId: 'lac_1', pageSize: 3, pageToken: 'héllo' });
const VALID_BYTES = Buffer.from(toBinary(ListEntriesRequestSchema, VALID));
const VALID_JSON = Buffer.from(toJsonString(ListEntriesRequestSchema, VALID));

/** A valid body with some of its bytes changed, left out or put in. */
function mutated(valid: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.record({ at: fc.nat(valid.length), drop: fc.nat(3), put: fc.uint8Array({ maxLength: 4 }) });
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (bytes, { at, drop, put }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]),
        valid,
      ),
    );
}

const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyJson = fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text));
const messages = fc.oneof(anyBytes, anyJson, mutated(VALID_BYTES), mutated(VALID_JSON), fc.constant(VALID_BYTES));
const packed = fc
  .tuple(messages, fc.boolean())
  .map(([message, gzip]) => (gzip ? gzipSync(message) : message))
  .chain((message) => fc.oneof({ weight: 3, arbitrary: fc.constant(message) }, mutated(message)));
const frames = fc
  .tuple(packed, fc.constantFrom(0, 0, 1, 2, 0x80), fc.option(fc.integer({ min: 0, max: 0xff_ff_ff_ff })))
  .map(([message, flags, length]) => framed(message, flags, length ?? message.length));
const bodies = fc.oneof(
  packed,
  frames,
  fc.tuple(frames, frames).map((pair) => Buffer.concat(pair)),
);

const published = Object.entries(rules).flatMap(([rpc, rule]) =>
  rule.edge && rpc.startsWith('bank.ledger.') && rule.idempotency === 'no_side_effects' ? [`/${rpc}`] : [],
);
const paths = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...published) },
  fc.constant('/bank.ledger.v1.LedgerService/PostJournals'),
  fc.webPath().map((path) => `/${path}`),
);
const streams = new Set(
  LedgerService.methods.flatMap(({ methodKind, name }) =>
    methodKind === 'server_streaming' ? [`/${LedgerService.typeName}/${name}`] : [],
  ),
);
const headerText = fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x21-\x7e]/g, ''));
const encodings = fc.option(fc.constantFrom('gzip', 'identity', 'br', 'deflate', 'x'), { nil: undefined });
const timeouts = fc.option(fc.oneof(fc.constantFrom('1S', '900m', '5M', '99999999H', '0n', '1000'), headerText), {
  nil: undefined,
});
const types = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'application/proto',
  'application/grpc-web',
  'application/grpc-web+proto',
  'application/grpc-web+json',
  'application/grpc-web-text',
  'application/connect+proto',
  'text/plain',
);
const tokenKinds = fc.constantFrom('good', 'good', 'good', 'good', 'none', 'bad');

/** The first part of an answer that may go on without an end. */
async function beginningOf(response: Response): Promise<Buffer> {
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return Buffer.from(first?.value ?? []);
}

/** How a frame of gRPC-Web begins that is a message, and no trailers. */
const DATA_FRAME = 0;

describe('A fuzzed edge', () => {
  const bank = useBank({ services: ['ledger', 'security'], edge: false });
  let edge: RunningEdge;
  let token: string;

  before(async () => {
    edge = await startEdge(bank().environment);
    token = await bank().issuer.principalToken(staff('AUDITOR', 'BACK_OFFICE'), 3_000);
    console.log(`    ${REQUESTS} requests a protocol, FUZZ_SEED=${SEED}`);
  });
  after(() => edge?.stop());
  afterEach('finds the edge well', () => clientOf(edge, 'gRPC', LedgerService, token).getBusinessDate({}));

  const authorizationOf = (kind: string): Record<string, string> =>
    kind === 'none' ? {} : { authorization: `Bearer ${kind === 'good' ? token : 'bad'}` };

  /** Checks what is drawn, some at once: a request that is slow, or that breaks something, stands beside others. */
  async function fuzz<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => Promise<void>): Promise<void> {
    for (let done = 0; done < REQUESTS; done += BATCH) {
      const drawn = fc.sample(arbitrary, { seed: SEED + done, numRuns: Math.min(BATCH, REQUESTS - done) }).values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const value of drawn) {
            await check(value).catch((error: unknown) => {
              throw new Error(`FUZZ_SEED=${SEED}, after ${done}: ${fc.stringify(value)}`, { cause: error });
            });
          }
        }),
      );
    }
  }

  it('answers every HTTP request with a word of the bank, and never with a bug', async function answersHttp() {
    this.timeout(LONG);
    const requests = fc.record({
      path: paths,
      body: bodies,
      type: types,
      encoding: encodings,
      timeout: timeouts,
      kind: tokenKinds,
    });
    await fuzz(requests, async ({ path, body, type, encoding, timeout, kind }) => {
      const headers: Record<string, string> = {
        'content-type': type,
        ...authorizationOf(kind),
        ...(encoding !== undefined && { 'content-encoding': encoding, 'grpc-encoding': encoding }),
        ...(timeout !== undefined && { 'connect-timeout-ms': timeout, 'grpc-timeout': timeout }),
      };
      const response = await fetch(`http://127.0.0.1:${edge.httpPort}${path}`, {
        method: 'POST',
        headers,
        body: new Uint8Array(body),
      });
      const answer = await (streams.has(path) ? beginningOf(response) : response.arrayBuffer().then(Buffer.from));
      if (response.status === 415) return;
      if (type.startsWith('application/grpc-web')) {
        expect(response.status).to.equal(200);
        // A stream that begins with a message goes on, and is left.
        if (streams.has(path) && answer[0] === DATA_FRAME) return;
        const told = toldInTrailers(answer);
        if (told) expect(BUGS).not.to.include(Code[told.code as keyof typeof Code], told.message);
      } else if (response.status !== 200) {
        const told = toldInJson(answer.toString());
        expect(BUGS).not.to.include(Code[told.code as keyof typeof Code], told.message);
      }
    });
  });

  it('answers every gRPC call with a word of the bank, and never with a bug', async function answersGrpc() {
    this.timeout(LONG);
    const requests = fc.record({ path: paths, body: bodies, encoding: encodings, timeout: timeouts, kind: tokenKinds });
    await fuzz(requests, async ({ path, body, encoding, timeout, kind }) => {
      const headers = {
        ...authorizationOf(kind),
        ...(encoding !== undefined && { 'grpc-encoding': encoding }),
        ...(timeout !== undefined && { 'grpc-timeout': timeout }),
      };
      const end = await postGrpc(edge, path, body, headers, { goesOn: streams.has(path) });
      expect(end.status, JSON.stringify(end)).to.be.a('number');
      if (end.status === 0) return;
      expect(end.told, JSON.stringify(end)).to.be.an('object');
      expect(BUGS).not.to.include(end.status);
    });
  });

  it('survives whatever is written to its sockets', async function survives() {
    this.timeout(LONG);
    const head = `POST ${published[0]} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`;
    const lines = fc.oneof(
      fc.string(),
      fc.constantFrom('content-length: 5', 'transfer-encoding: chunked', 'host: y', 'a'),
    );
    const texts = fc.array(lines, { maxLength: 6 }).map((all) => Buffer.from(`${head}${all.join('\r\n')}\r\n\r\n`));
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const written = fc.oneof(
      anyBytes,
      texts,
      anyBytes.map((bytes) => Buffer.concat([preface, bytes])),
      mutated(preface),
    );
    await fc.assert(
      fc.asyncProperty(written, fc.boolean(), async (bytes, toGrpc) => {
        const answer = await bare(edge, bytes, { port: toGrpc ? edge.grpcPort : edge.httpPort, forMs: 60 });
        expect(answer).not.to.match(/^HTTP\/1\.1 5/);
      }),
      { seed: SEED, numRuns: SOCKETS, endOnFailure: true },
    );
  });
});
