import { randomBytes } from 'node:crypto';
import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { expect } from 'chai';
import { refusals } from '#chassis/errors.ts';
import { statusOf } from '#chassis/grpc.ts';
import { makeLog } from '#chassis/log.ts';
import { ORIGIN_KEY } from '#chassis/origin.ts';
import { customer } from '#chassis/testing/clients.ts';
import { type Identities, testIdentities } from '#chassis/testing/identities.ts';
import { tokenVerifier } from '#chassis/tokens.ts';
import { keysAtSecurity } from '#chassis/verification-keys.ts';
import { GetBusinessDateResponseSchema, LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { clientOf, framed, PROTOCOLS, post, postGrpc, refusalOf, toldInJson } from './test-clients.ts';

const RPC = '/bank.ledger.v1.LedgerService/GetBusinessDate';
const ANSWER = Buffer.from(
  toBinary(GetBusinessDateResponseSchema, create(GetBusinessDateResponseSchema, { openDate: '2026-01-02' })),
);

type Respond = (metadata: grpc.Metadata, reply: grpc.sendUnaryData<Buffer>) => void;

describe('Forwarding', () => {
  const bank = useBank({ services: ['security'], edge: false });
  let identities: Identities;
  let upstream: grpc.Server;
  let edge: RunningEdge;
  let token: string;
  let respond: Respond;

  before(async () => {
    token = await bank().issuer.principalToken({ ...customer('cus_1'), sessionId: 'ses_1' }, 600);
    identities = await testIdentities(bank().environment);
    upstream = new grpc.Server();
    const pass = (bytes: Buffer): Buffer => bytes;
    upstream.register(
      RPC,
      (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => respond(call.metadata, reply),
      pass,
      pass,
      'unary',
    );
    edge = await edgeTo(await bind(upstream, identities));
  });
  after(async () => {
    await edge?.stop();
    upstream?.forceShutdown();
    identities?.close();
  });

  const edgeTo = (ledger: string): Promise<RunningEdge> => startEdge({ ...bank().environment, LEDGER_ADDRESS: ledger });
  const answering =
    (seen: grpc.Metadata[]): Respond =>
    (metadata, reply) => {
      seen.push(metadata);
      reply(null, ANSWER);
    };

  it('sends the edge’s own metadata, and nothing of the caller’s but the trace', async () => {
    const seen: grpc.Metadata[] = [];
    respond = answering(seen);
    const traceId = randomBytes(16).toString('hex');
    const headers = {
      authorization: `Bearer ${token}`,
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      'user-agent': 'browser/1',
      'x-bank-origin-bin': Buffer.from('{"sessionId":"ses_other"}').toString('base64'),
      'x-bank-admin': 'true',
      'x-forwarded-client-cert': 'URI=spiffe://corebank.internal/ns/bank/sa/ledger',
      'x-forwarded-for': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
      cookie: 'a=b',
    };
    await post(edge, RPC, '{}', headers);
    await postGrpc(edge, RPC, framed(Buffer.alloc(0)), headers);
    expect(seen).to.have.length(2);
    for (const metadata of seen) {
      const own = Object.keys(metadata.getMap()).filter((key) => !['user-agent', 'grpc-accept-encoding'].includes(key));
      expect(own).to.have.members(['authorization', 'traceparent', ORIGIN_KEY]);
      expect(metadata.get('user-agent').join()).to.match(/^grpc-node-js/);
      expect(metadata.get('traceparent').join()).to.match(new RegExp(`^00-${traceId}-`));
      const origin = JSON.parse(String(metadata.get(ORIGIN_KEY)[0])) as Record<string, string>;
      expect(origin).to.include({ sessionId: 'ses_1', address: '127.0.0.1' });
      expect(origin['userAgent']).to.match(/^browser\/1/);
      const internal = String(metadata.get('authorization')[0]);
      const keys = keysAtSecurity(bank().as(SecurityService, 'edge'), makeLog('test', 'silent'));
      const verified = await tokenVerifier(keys.find, 'ledger')(internal);
      expect(verified.workload).to.equal('edge');
      expect(verified.principal).to.include({ partyId: 'cus_1', sessionId: 'ses_1' });
      expect(verified.expires * 1000 - Date.now()).to.be.at.most(60_000);
    }
  });

  it('uses one internal token for a session in all protocols', async () => {
    const seen: grpc.Metadata[] = [];
    respond = answering(seen);
    const calls = PROTOCOLS.flatMap((protocol) => {
      const client = clientOf(edge, protocol, LedgerService, token);
      return Array.from({ length: 5 }, () => client.getBusinessDate({}));
    });
    await Promise.all(calls);
    expect(new Set(seen.map((metadata) => metadata.get('authorization').join())).size).to.equal(1);
    expect(seen).to.have.length(20);
  });

  for (const protocol of PROTOCOLS) {
    it(`tells nothing of the inside in ${protocol}`, async () => {
      const client = clientOf(edge, protocol, LedgerService, token);
      const codes: Record<string, string> = {
        UNKNOWN: 'INTERNAL',
        INTERNAL: 'INTERNAL',
        DATA_LOSS: 'INTERNAL',
        UNAVAILABLE: 'SERVICE_UNAVAILABLE',
        DEADLINE_EXCEEDED: 'DEADLINE_PASSED',
        UNAUTHENTICATED: 'INTERNAL',
        UNIMPLEMENTED: 'RPC_UNKNOWN',
      };
      for (const [code, reason] of Object.entries(codes)) {
        const metadata = new grpc.Metadata();
        metadata.set('x-secret', 'inside');
        const details = 'at connect (/srv/db.ts:1) 10.0.0.7:5432 inside';
        respond = (_, reply) => reply({ code: grpc.status[code as 'UNKNOWN'], details, metadata });
        const refusal = await refusalOf(client.getBusinessDate({}));
        expect(refusal.reason, code).to.equal(reason);
        expect(JSON.stringify(refusal)).not.to.match(/inside|10\.0\.0|srv/);
      }
    });

    it(`does not blame the caller in ${protocol} when a service does not take the token of the edge`, async () => {
      const refuse = refusals('bank', { TOKEN_INVALID: ['UNAUTHENTICATED', 'No.'] });
      respond = (_, reply) => reply(statusOf(refuse('TOKEN_INVALID')));
      const client = clientOf(edge, protocol, LedgerService, token);
      expect(await refusalOf(client.getBusinessDate({}))).to.include({ code: 'INTERNAL', reason: 'INTERNAL' });
    });

    it(`survives an answer in ${protocol} that is no message, and a refusal with half a surrogate pair`, async () => {
      const client = clientOf(edge, protocol, LedgerService, token);
      const refuse = refusals('ledger', { ODD: ['FAILED_PRECONDITION', 'odd \ud800 text'] });
      respond = (_, reply) => reply(statusOf(refuse('ODD', { at: '\udc00' })));
      expect(await refusalOf(client.getBusinessDate({}))).to.include({ code: 'FAILED_PRECONDITION', reason: 'ODD' });
      respond = (_, reply) => reply(null, Buffer.from([0xff, 0xff]));
      const garbled = await client.getBusinessDate({}).catch((error: unknown) => error);
      // gRPC passes bytes through: there the caller's own library fails to read them.
      if (protocol !== 'gRPC') expect(await refusalOf(Promise.reject(garbled))).to.include({ reason: 'INTERNAL' });
    });

    it(`keeps the deadline in ${protocol}`, async () => {
      let passedOn = 0;
      respond = (metadata) => {
        passedOn = metadata.get('authorization').length;
      };
      const client = clientOf(edge, protocol, LedgerService, token);
      const started = performance.now();
      // The client gives up at its own deadline; the edge must have answered by then.
      const error = await client.getBusinessDate({}, { timeoutMs: 400 }).catch((reason: unknown) => reason);
      expect(performance.now() - started).to.be.within(300, 1_500);
      expect(String(error)).to.match(/deadline_exceeded/);
      expect(passedOn).to.equal(1);
    });
  }

  it('passes on a deadline that is a little shorter than the caller’s, and gives one to those who have none', async () => {
    const recorder = deadlineRecorder();
    const recording = await edgeTo(await bind(recorder, identities));
    const client = clientOf(recording, 'gRPC', LedgerService, token);
    const { openDate: own } = await client.getBusinessDate({}, { timeoutMs: 2_000 });
    expect(Number(own)).to.be.within(1_500, 1_980);
    const { openDate: given } = await client.getBusinessDate({});
    expect(Number(given)).to.be.within(4_500, 4_980);
    const { text } = await post(recording, RPC, '{}', {
      authorization: `Bearer ${token}`,
      'connect-timeout-ms': '60000',
    });
    expect(Number((JSON.parse(text) as { openDate: string }).openDate)).to.be.within(29_000, 29_980);
    await recording.stop();
    recorder.forceShutdown();
  });

  it('says that a service is away, and not where', async () => {
    const port = await randomFreePort();
    const away = await edgeTo(`127.0.0.1:${port}`);
    for (const protocol of PROTOCOLS) {
      const refusal = await refusalOf(clientOf(away, protocol, LedgerService, token).getBusinessDate({}));
      expect(refusal).to.include({ code: 'UNAVAILABLE', reason: 'SERVICE_UNAVAILABLE' });
      expect(refusal.message).not.to.include('127.0.0.1').and.not.to.include(String(port));
    }
    await away.stop();
  });

  it('waits no longer than the deadline for a service that takes connections and says nothing', async () => {
    const taken: Socket[] = [];
    const silent = createServer((socket) => taken.push(socket.resume()));
    const port = await listen(silent);
    const edgeToSilence = await edgeTo(`127.0.0.1:${port}`);
    const headers = { authorization: `Bearer ${token}`, 'connect-timeout-ms': '300' };
    const { text } = await post(edgeToSilence, RPC, '{}', headers);
    expect(toldInJson(text).reason).to.be.oneOf(['DEADLINE_PASSED', 'SERVICE_UNAVAILABLE']);
    await edgeToSilence.stop();
    silent.close();
    // grpc-js leaves a connection open that it was still making when its client was closed.
    for (const socket of taken) socket.destroy();
  });

  it('stops when the calls under way are answered, and lets idle connections go', async () => {
    const stopping = await edgeTo(await bind(upstream, identities));
    respond = answering([]);
    const clients = PROTOCOLS.map((protocol) => clientOf(stopping, protocol, LedgerService, token));
    await Promise.all(clients.map((client) => client.getBusinessDate({})));
    const held: grpc.sendUnaryData<Buffer>[] = [];
    respond = (_, reply) => held.push(reply);
    const calls = Promise.allSettled(clients.map((client) => client.getBusinessDate({})));
    while (held.length < clients.length) await new Promise((resolve) => setTimeout(resolve, 5));
    const stopped = stopping.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const late = await fetch(`http://127.0.0.1:${stopping.httpPort}/healthz`).catch(() => 'refused');
    expect(late).to.equal('refused');
    for (const reply of held) reply(null, ANSWER);
    const started = performance.now();
    await stopped;
    expect(performance.now() - started).to.be.below(1_500);
    const outcomes = (await calls).map((call) => (call.status === 'fulfilled' ? call.value.openDate : call.reason));
    expect(outcomes).to.deep.equal(PROTOCOLS.map(() => '2026-01-02'));
  });
});

/** A ledger whose business date is the number of milliseconds that a call has left. */
function deadlineRecorder(): grpc.Server {
  const server = new grpc.Server();
  const pass = (bytes: Buffer): Buffer => bytes;
  const answer = (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>): void => {
    const openDate = String(Number(call.getDeadline()) - Date.now());
    reply(
      null,
      Buffer.from(toBinary(GetBusinessDateResponseSchema, create(GetBusinessDateResponseSchema, { openDate }))),
    );
  };
  server.register(RPC, answer, pass, pass, 'unary');
  return server;
}

async function bind(server: grpc.Server, identities: Identities): Promise<string> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', identities.of('ledger').server, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return `127.0.0.1:${port}`;
}

async function listen(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}
