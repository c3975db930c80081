import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  Health as Contract,
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from '#gen/grpc/health/v1/health_pb.ts';
import { definitionOf, listen, passBytes } from './grpc.ts';
import { addHealth, type Health } from './health.ts';

describe('Health', () => {
  const server = new grpc.Server();
  let health: Health;
  let client: grpc.Client;

  before(async () => {
    health = addHealth(server, 'bank.ledger.v1.LedgerService');
    const port = await listen(server, '127.0.0.1', 0, grpc.ServerCredentials.createInsecure());
    client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  after(() => {
    client.close();
    server.forceShutdown();
  });

  const pathOf = (rpc: string) => definitionOf(Contract)[rpc]?.path ?? '';
  const request = (message: MessageInitShape<typeof HealthCheckRequestSchema>) =>
    Buffer.from(toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, message)));

  function ask(rpc: string, bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(pathOf(rpc), passBytes, passBytes, bytes, (error, answer) =>
        answer ? resolve(answer) : reject(error),
      );
    });
  }
  const check = async (service: string) =>
    fromBinary(HealthCheckResponseSchema, await ask('check', request({ service }))).status;

  it('serves from the beginning, its way to the bus when that is told', async () => {
    expect(await check('')).to.equal(Status.SERVING);
    expect(await check('bank.ledger.v1.LedgerService')).to.equal(Status.SERVING);
    expect(await check('events')).to.equal(Status.NOT_SERVING);
    health.events(true);
    expect(await check('events')).to.equal(Status.SERVING);
    health.events(false);
  });

  it('knows no other service', async () => {
    const refusal = await check('bank.loan.v1.LoanService').catch((error: unknown) => error);
    expect(refusal).to.have.property('code', grpc.status.NOT_FOUND);
  });

  it('reads no request that is none', async () => {
    const refusal = await ask('check', Buffer.from('ff', 'hex')).catch((error: unknown) => error);
    expect(refusal).to.have.property('code', grpc.status.INVALID_ARGUMENT);
  });

  it('tells whoever watches how it is, and each change of it', async () => {
    const stream = client.makeServerStreamRequest(
      pathOf('watch'),
      passBytes,
      passBytes,
      request({ service: 'events' }),
    );
    stream.on('error', () => undefined);
    const told = stream[Symbol.asyncIterator]();
    const next = async () => fromBinary(HealthCheckResponseSchema, (await told.next()).value).status;
    expect(await next()).to.equal(Status.NOT_SERVING);
    health.events(true);
    expect(await next()).to.equal(Status.SERVING);
    stream.cancel();
  });

  it('tells whoever watches what is not known yet that it is not', async () => {
    const stream = client.makeServerStreamRequest(pathOf('watch'), passBytes, passBytes, request({ service: 'later' }));
    stream.on('error', () => undefined);
    const { value } = await stream[Symbol.asyncIterator]().next();
    expect(fromBinary(HealthCheckResponseSchema, value).status).to.equal(Status.SERVICE_UNKNOWN);
    stream.cancel();
  });

  it('takes nothing more at its end, and says so of all that it is asked for', async () => {
    health.end();
    const { statuses } = fromBinary(HealthListResponseSchema, await ask('list', Buffer.alloc(0)));
    expect(Object.keys(statuses)).to.have.members(['', 'bank.ledger.v1.LedgerService', 'events']);
    for (const { status } of Object.values(statuses)) expect(status).to.equal(Status.NOT_SERVING);
  });
});
