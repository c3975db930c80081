import { randomBytes } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { bare, clientOf, framed, post, postGrpc, toldInJson, toldInTrailers } from './test-clients.ts';

const TODAY = '/bank.ledger.v1.LedgerService/GetBusinessDate';
const JOURNALS = '/bank.ledger.v1.LedgerService/ListJournals';
const MEBIBYTE = 1024 * 1024;

describe('A hostile caller', () => {
  const bank = useBank({ services: ['ledger', 'security'], edge: false });
  let edge: RunningEdge;
  let token: string;
  let authorization: string;

  before(async () => {
    edge = await startEdge(bank().environment);
    token = await bank().issuer.principalToken(staff('AUDITOR'), 600);
    authorization = `Bearer ${token}`;
  });
  after(() => edge?.stop());
  afterEach('finds the edge well', () => clientOf(edge, 'gRPC', LedgerService, token).getBusinessDate({}));

  const bomb = gzipSync(Buffer.alloc(20 * MEBIBYTE));
  const gzipped = gzipSync('{}');
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  const json: Record<string, { body: string | Buffer; headers?: Record<string, string> }> = {
    'an unknown field': { body: '{"tomorrow": true}' },
    'a field twice': { body: '{"pageSize": 1, "pageSize": 2}' },
    'a field by both its names': { body: '{"pageSize": 1, "page_size": 2}' },
    'half a surrogate pair': { body: '{"page_token": "\\ud800"}' },
    'no JSON': { body: 'hello' },
    'JSON that ends early': { body: '{"pageSize": ' },
    'JSON that is no object': { body: '[]' },
    'no UTF-8': { body: Buffer.from('{"pageToken": "\xff\xfe"}', 'latin1') },
    'random bytes': { body: randomBytes(500) },
    'deep nesting': { body: nested(200_000) },
    'deep nesting in a field': { body: `{"pageSize": ${nested(200_000)}}` },
    'a number that is none': { body: '{"pageSize": 1e999}' },
    'two MiB': { body: `{"pageToken": "${'x'.repeat(2 * MEBIBYTE)}"}` },
    'bad gzip': { body: 'not gzip', headers: { 'content-encoding': 'gzip' } },
    'gzip that ends early': { body: gzipped.subarray(0, 15), headers: { 'content-encoding': 'gzip' } },
    'a gzip bomb': { body: bomb, headers: { 'content-encoding': 'gzip' } },
    'an unknown compression': { body: '{}', headers: { 'content-encoding': 'lzma' } },
  };
  for (const [name, { body, headers = {} }] of Object.entries(json)) {
    it(`is told in Connect that ${name} cannot be read`, async () => {
      const { status, text } = await post(edge, JOURNALS, body, { authorization, ...headers });
      expect(status).to.equal(400);
      expect(toldInJson(text)).to.include({ code: 'INVALID_ARGUMENT', reason: 'MESSAGE_UNREADABLE' });
    });
  }

  it('is told which field of its JSON is wrong', async () => {
    const { text } = await post(edge, JOURNALS, '{"tomorrow": true}', { authorization });
    expect(toldInJson(text).message).to.match(/could not be read: .*"tomorrow" is unknown/);
  });

  it('is told by the service that a text holds U+0000', async () => {
    const { status, text } = await post(edge, JOURNALS, '{"pageToken": "\\u0000"}', { authorization });
    expect([status, toldInJson(text).code]).to.deep.equal([400, 'INVALID_ARGUMENT']);
  });

  const binary: Record<string, Buffer> = {
    'random bytes': Buffer.from('fffefdfcfbfa', 'hex'),
    'a length beyond the end': Buffer.from([0x0a, 0x7f, 0x01]),
    'a tag of zero': Buffer.from([0x00, 0x01]),
    'a varint without an end': Buffer.alloc(20, 0xff),
    'a group that does not end': Buffer.from([0x0b]),
    'two MiB': Buffer.alloc(2 * MEBIBYTE),
  };
  for (const [name, body] of Object.entries(binary)) {
    it(`is told in all binary protocols that ${name} cannot be read`, async () => {
      const proto = await post(edge, JOURNALS, body, { authorization, 'content-type': 'application/proto' });
      expect(proto.status).to.equal(400);
      const web = await post(edge, JOURNALS, framed(body), { authorization, 'content-type': 'application/grpc-web' });
      const { told } = await postGrpc(edge, JOURNALS, framed(body), { authorization });
      for (const refusal of [toldInJson(proto.text), toldInTrailers(web.bytes), told]) {
        expect(refusal).to.include({ code: 'INVALID_ARGUMENT', reason: 'MESSAGE_UNREADABLE' });
      }
    });
  }

  const frames: Record<string, { body: Buffer; headers?: Record<string, string> }> = {
    'no frame': { body: Buffer.alloc(0) },
    'half a frame head': { body: Buffer.from([0, 0]) },
    'a frame that is shorter than it says': { body: framed(Buffer.from('x'), 0, 10) },
    'a frame of four GiB': { body: framed(Buffer.alloc(0), 0, 0xff_ff_ff_ff) },
    'two messages': { body: Buffer.concat([framed(Buffer.alloc(0)), framed(Buffer.alloc(0))]) },
    'compression that was not announced': { body: framed(Buffer.from('not gzip'), 1) },
    'bad gzip': { body: framed(Buffer.from('not gzip'), 1), headers: { 'grpc-encoding': 'gzip' } },
    'gzip that ends early': { body: framed(gzipped.subarray(0, 15), 1), headers: { 'grpc-encoding': 'gzip' } },
    'a gzip bomb': { body: framed(bomb, 1), headers: { 'grpc-encoding': 'gzip' } },
    'an unknown compression': { body: framed(gzipped, 1), headers: { 'grpc-encoding': 'lzma' } },
  };
  for (const [name, { body, headers = {} }] of Object.entries(frames)) {
    it(`is told in gRPC-Web and gRPC that ${name} cannot be read`, async () => {
      const all = { authorization, ...headers };
      const web = await post(edge, TODAY, body, { ...all, 'content-type': 'application/grpc-web+proto' });
      expect(toldInTrailers(web.bytes)).to.include({ code: 'INVALID_ARGUMENT', reason: 'MESSAGE_UNREADABLE' });
      const { told } = await postGrpc(edge, TODAY, body, all);
      // grpc-js takes an unannounced compression for none: then there is a message, which is read as it is.
      if (told || name !== 'compression that was not announced') {
        expect(told).to.include({ code: 'INVALID_ARGUMENT', reason: 'MESSAGE_UNREADABLE' });
      }
    });
  }

  it('is refused before its body is looked at', async () => {
    const [connect, web, grpc] = await Promise.all([
      post(edge, TODAY, '{broken'),
      post(edge, TODAY, 'broken', { 'content-type': 'application/grpc-web+proto' }),
      postGrpc(edge, TODAY, Buffer.from('broken')),
    ]);
    for (const refusal of [toldInJson(connect.text), toldInTrailers(web.bytes), grpc.told]) {
      expect(refusal).to.include({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' });
    }
  });

  it('learns from gRPC in the words of the bank that a path is unknown, whatever it looks like', async () => {
    for (const path of [
      '/',
      '/a.B/C',
      '/%00',
      '/bank.ledger.v1.LedgerService/OpenLedgerAccount',
      `/${'x'.repeat(4000)}`,
    ]) {
      const { told } = await postGrpc(edge, path, framed(Buffer.alloc(0)), { authorization });
      expect(told, path.slice(0, 50)).to.include({ code: 'UNIMPLEMENTED', reason: 'RPC_UNKNOWN' });
    }
    const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    expect((await postGrpc(edge, reflection, Buffer.alloc(0))).told).to.include({ reason: 'RPC_UNKNOWN' });
  });

  it('gets an answer in gRPC to every timeout that it can write', async () => {
    const call = (timeout: string) =>
      postGrpc(edge, TODAY, framed(Buffer.alloc(0)), { authorization, 'grpc-timeout': timeout });
    expect((await call('soon')).told).to.include({ reason: 'MESSAGE_UNREADABLE' });
    expect((await call('0m')).told).to.include({ reason: 'DEADLINE_PASSED' });
    expect((await call('60S')).status).to.equal(0);
    // Beyond 2^31 ms grpc-js's own arithmetic goes round: such a call ends at once, or goes well.
    expect((await call('99999999H')).status).to.be.oneOf([0, 4]);
  });

  it('is answered as Connect answers to other content types and methods', async () => {
    for (const type of [
      'text/plain',
      'application/grpc',
      'application/grpc-web-text',
      'application/connect+json',
      'x',
    ]) {
      const { status } = await post(edge, TODAY, '{}', { authorization, 'content-type': type });
      expect(status, type).to.equal(415);
    }
    const url = `http://127.0.0.1:${edge.httpPort}${TODAY}?connect=v1&encoding=json&message=%7B%7D`;
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      expect((await fetch(url, { method, headers: { authorization } })).status, method).to.equal(405);
    }
  });

  it('gets nowhere with headers that are too long, too many or malformed', async () => {
    const head = `POST ${TODAY} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n`;
    expect(await bare(edge, `${head}x: ${'y'.repeat(20_000)}\r\n\r\n`)).to.match(/^HTTP\/1\.1 431/);
    expect(await bare(edge, `${head}x: \0\r\n\r\n`)).to.match(/^HTTP\/1\.1 400/);
    expect(await bare(edge, `${head.replace('host: x\r\n', '')}content-length: 2\r\n\r\n{}`)).to.match(
      /^HTTP\/1\.1 400/,
    );
    expect(await bare(edge, `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`)).to.match(
      /^HTTP\/1\.1 400/,
    );
    expect(await bare(edge, randomBytes(200))).to.match(/^(HTTP\/1\.1 4|$)/);
    const odd = `${head}authorization: Bearer \xff\xfe\r\ncontent-length: 2\r\n\r\n{}`;
    expect(await bare(edge, Buffer.from(odd, 'latin1'))).to.match(/^HTTP\/1\.1 401/);
    const { told } = await postGrpc(edge, TODAY, framed(Buffer.alloc(0)), { authorization, x: 'y'.repeat(20_000) });
    expect(told).to.include({ reason: 'MESSAGE_UNREADABLE' });
    const huge = await postGrpc(edge, TODAY, framed(Buffer.alloc(0)), { authorization, x: 'y'.repeat(100_000) });
    expect(huge.status).to.be.oneOf([undefined, 3]);
  });

  it('is cut off when it sends its headers slowly', async function isCutOff() {
    this.timeout(15_000);
    const started = performance.now();
    expect(await bare(edge, `POST ${TODAY} HTTP/1.1\r\nhost: x\r\n`)).to.match(/^HTTP\/1\.1 408/);
    expect(performance.now() - started).to.be.within(4_000, 8_000);
  });

  it('is refused when it sends its body slowly, by its deadline', async () => {
    const head = `POST ${TODAY} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: ${authorization}\r\n`;
    const started = performance.now();
    const answer = await new Promise<string>((resolve) => {
      const socket = connectSocket({ host: '127.0.0.1', port: edge.httpPort });
      let answered = '';
      socket.on('data', (chunk) => {
        answered += chunk.toString();
        if (!answered.includes('DEADLINE_PASSED')) return;
        resolve(answered);
        socket.destroy();
      });
      socket.write(`${head}connect-timeout-ms: 300\r\ncontent-length: 10\r\n\r\n{`);
    });
    expect(answer)
      .to.match(/^HTTP\/1\.1 504/)
      .and.to.match(/DEADLINE_PASSED/);
    expect(performance.now() - started).to.be.below(1_500);
  });

  it('does not end the edge by hanging up in the midst of a call', async () => {
    const head = `POST ${TODAY} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: ${authorization}\r\n`;
    for (const rest of ['content-length: 10\r\n\r\n{', 'content-length: 2\r\n\r\n{}', '\r\n']) {
      await new Promise<void>((resolve) => {
        const socket = connectSocket({ host: '127.0.0.1', port: edge.httpPort }, () => {
          socket.write(head + rest, () => setTimeout(() => socket.resetAndDestroy(), 3));
        });
        socket.once('close', () => resolve()).once('error', () => resolve());
      });
    }
  });
});
