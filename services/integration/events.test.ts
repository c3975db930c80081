import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import type { RawBuilder } from 'kysely';
import { type Database, openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import {
  PaymentOrderCancelledSchema,
  PaymentOrderFailedSchema,
  TransactionRefusedSchema,
} from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { subscriptions } from './events.ts';
import { integration } from './service.ts';
import { countSent, selectSent } from './tables.ts';

describe('A payment to another bank that is never sent', () => {
  let cloned: TestDatabase;
  let database: Database;
  before(async () => {
    cloned = await cloneDatabase(integration);
    const settings = { service: 'integration', entities: [], poolMax: 2, statementTimeoutMs: 60_000 };
    database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log: makeLog('test', 'silent') });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await cloned.drop();
  });

  async function heard<D extends DescMessage>(schema: D, event: MessageInitShape<D>): Promise<void> {
    const payload = toBinary(schema, create(schema, event));
    const envelope = create(EventEnvelopeSchema, { type: schema.typeName, payload });
    const handler = subscriptions.flatMap(({ handlers }) => handlers).find(({ type }) => type === schema.typeName);
    const execute = (statement: RawBuilder<unknown>) => database.query(statement);
    await handler?.handle({ execute } as never, envelope, undefined);
  }

  it('is one that has failed, or was taken back, to whoever asks about its file, with the reason', async () => {
    const { OUTGOING_TRANSFER, TRANSFER } = TransactionType;
    await heard(PaymentOrderFailedSchema, { paymentOrderId: 'pmo_1', reason: 'ACCOUNT_FROZEN' });
    await heard(PaymentOrderCancelledSchema, { paymentOrderId: 'pmo_2' });
    const refused = { transactionId: 'txn_3', type: OUTGOING_TRANSFER, reason: 'REVIEW_REFUSED' };
    for (const _again of [1, 2]) await heard(TransactionRefusedSchema, refused);
    await heard(TransactionRefusedSchema, { transactionId: 'txn_4', type: TRANSFER, reason: 'REVIEW_REFUSED' });
    const orders = ['pmo_1', 'pmo_2', 'pmo_3', 'pmo_4', 'pmo_5'];
    const sent = await database.query(selectSent(orders));
    expect(sent.map(({ id, state, reason }) => `${id} ${state} ${reason}`).toSorted()).to.deep.equal([
      'pmo_1 failed ACCOUNT_FROZEN',
      'pmo_2 withdrawn CANCELLED',
      'pmo_3 failed REVIEW_REFUSED',
    ]);
    await cloned.query(
      `with file as (
        insert into payment_file (id, party_id, actor, content_digest, part_digests, state, create_time)
        values ('pmf_1', 'cus_1', '{}', 'x', '{}', 'processing', now()) returning id
      )
      insert into payment_piece (file_id, number, payments, outcomes) select id, 0, 'x', $1::jsonb from file`,
      [JSON.stringify(orders.map((paymentOrderId) => ({ state: 'pending', paymentOrderId })))],
    );
    const counts = await database.query(countSent('pmf_1'));
    expect(counts.toSorted((one, other) => one.count - other.count)).to.deep.equal([
      { state: 'withdrawn', count: 1 },
      { state: 'failed', count: 2 },
    ]);
  });
});
