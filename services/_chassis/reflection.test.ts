import * as grpc from '@grpc/grpc-js';
import { expect } from 'chai';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { mustRun } from '../../tools/platform/processes.ts';
import { listen } from './grpc.ts';
import { addReflection } from './reflection.ts';

describe('Reflection', () => {
  const server = new grpc.Server();
  let url: string;

  before(async () => {
    addReflection(server, [LedgerService, CustomerService]);
    url = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0, grpc.ServerCredentials.createInsecure())}`;
  });
  after(() => server.forceShutdown());

  /** What a tool without the contract's files learns. */
  async function curl(...asked: string[]): Promise<string[]> {
    const output = await mustRun('No reflection', 'buf', [
      'curl',
      '--protocol',
      'grpc',
      '--http2-prior-knowledge',
      ...asked,
      url,
    ]);
    return output.trim().split('\n');
  }

  it('tells a stranger which services there are', async () => {
    expect(await curl('--list-services')).to.include.members([LedgerService.typeName, CustomerService.typeName]);
  });

  it('tells a stranger every RPC of them', async () => {
    const rpcs = [LedgerService, CustomerService].flatMap(({ typeName, methods }) =>
      methods.map(({ name }) => `${typeName}/${name}`),
    );
    expect(await curl('--list-methods')).to.include.members(rpcs);
  });
});
