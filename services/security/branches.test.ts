import { create, type DescMessage, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type Database, openDatabase } from '#chassis/database.ts';
import { handleEvents } from '#chassis/inbox.ts';
import { makeLog } from '#chassis/log.ts';
import { useService } from '#chassis/testing/service.ts';
import {
  CustomerDeactivatedSchema,
  CustomerRegisteredSchema,
  CustomerUpdatedSchema,
} from '#gen/bank/customer/v1/customer_events_pb.ts';
import { type EventEnvelope, EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { customerBranches, selectBranches } from './branches.ts';
import { security } from './service.ts';
import { unique } from './testing.ts';

describe('The branches of customers', () => {
  const bank = useService(security);
  const log = makeLog('test', 'silent');
  let database: Database;
  let published = 0n;
  before(async () => {
    const { runtimeUrl: url } = bank.database;
    database = await openDatabase({
      url,
      log,
      service: 'security',
      entities: [],
      poolMax: 2,
      statementTimeoutMs: 9_000,
    });
  });
  after(() => database[Symbol.asyncDispose]());

  function said(schema: DescMessage, customerId: string, branchId: string, version: number): EventEnvelope {
    const payload = toBinary(schema, create(schema, { customerId, branchId, version } as never));
    published += 1n;
    const numbers = { eventId: unique('evt'), producerSequence: published };
    return create(EventEnvelopeSchema, { ...numbers, type: schema.typeName, payload });
  }
  const come = (...envelopes: EventEnvelope[]) => {
    const parts = { consumer: 'security' as const, database, vault: {} as never, log, subscription: customerBranches };
    return database.transaction((tx) => handleEvents(parts, tx, envelopes));
  };
  const branchOf = async (...ids: string[]) =>
    (await database.query(selectBranches(ids))).map(({ customerId, branchId }) => [customerId, branchId]);

  it('are those of the latest version, whatever the order, together or alone, and however often it is said', async () => {
    const [one, other] = [unique('cus'), unique('cus')];
    const moved = said(CustomerUpdatedSchema, one, 'brn_c', 3);
    await come(
      said(CustomerRegisteredSchema, one, 'brn_a', 1),
      said(CustomerRegisteredSchema, other, '', 1),
      moved,
      said(CustomerUpdatedSchema, one, 'brn_b', 2),
    );
    expect(await branchOf(one, other, 'cus_unknown')).to.have.deep.members([
      [one, 'brn_c'],
      [other, ''],
    ]);
    await come(moved, said(CustomerUpdatedSchema, one, 'brn_b', 2), said(CustomerUpdatedSchema, other, 'brn_d', 2));
    await come(said(CustomerDeactivatedSchema, other, 'brn_d', 3));
    expect(await branchOf(one, other)).to.have.deep.members([
      [one, 'brn_c'],
      [other, 'brn_d'],
    ]);
  });
});
