// What the tests of notification share: events as other services publish them, taken in as the consumer takes them.
import { randomUUID } from 'node:crypto';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Database, openDatabase } from '#chassis/database.ts';
import { handleEvents, prepare } from '#chassis/inbox.ts';
import { makeLog } from '#chassis/log.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import { customer, type TestOptions, useService } from '#chassis/testing/service.ts';
import { TransactionPostedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { type EventEnvelope, EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import type { Holders } from './domain/telling.ts';
import { CHANNELS } from './domain/words.ts';
import { agreements, bookings, securityNotices } from './events.ts';
import { notification } from './service.ts';
import { entities } from './tables.ts';

const log = makeLog('test', 'silent');
let published = 0n;

/** A name that nobody else has. */
export function unique(what: string): string {
  return `${what}_${randomUUID().replaceAll('-', '')}`;
}

/** An event, as its producer's relay publishes it. */
export function happened<D extends DescMessage>(
  schema: D,
  event: MessageInitShape<D>,
  { actor, occurMs = Date.now() }: { actor?: Actor; occurMs?: number } = {},
): EventEnvelope {
  published += 1n;
  return create(EventEnvelopeSchema, {
    eventId: unique('evt'),
    type: schema.typeName,
    payload: toBinary(schema, create(schema, event)),
    producerSequence: published,
    occurTime: timestampFromMs(occurMs),
    ...(actor && { actor }),
  });
}

/** A transfer that was booked, from one account to another. */
export function paid(
  amount: string,
  accounts: { from?: string; to?: string },
  changes: { type?: TransactionType; currencyCode?: string; occurMs?: number } = {},
): EventEnvelope {
  const { type = TransactionType.TRANSFER, currencyCode = 'CZK', occurMs = Date.now() } = changes;
  const event = {
    transactionId: unique('txn'),
    type,
    debtorAccountId: accounts.from ?? '',
    creditorAccountId: accounts.to ?? '',
    amount: { currencyCode, amount },
    bookingDate: '2026-11-27',
  };
  return happened(TransactionPostedSchema, event, { occurMs });
}

/** A notification service with a consumer that tests feed. */
export function useNotification(options: TestOptions | (() => Promise<TestOptions>) = {}) {
  const bank = useService(notification, options);
  let database: Database | undefined;
  before('opens its database', async () => {
    database = await openNotification(bank.database);
  });
  after('closes its database', async () => {
    await database?.[Symbol.asyncDispose]();
  });
  const opened = (): Database => {
    if (!database) throw new Error('the database is open inside tests and hooks only');
    return database;
  };
  return {
    bank,
    database: opened,
    /** Lets events of transaction take effect, of accounts that are held so. */
    booked: (envelopes: readonly EventEnvelope[], holders: HeldBy) => bookedOn(opened(), envelopes, holders),
    /** Lets events of security take effect. */
    told: (...envelopes: readonly EventEnvelope[]) => takeIn(opened(), securityNotices(means(opened(), {})), envelopes),
    /** Lets events of account take effect, of accounts that are held so. */
    agreed: (envelopes: readonly EventEnvelope[], holders: HeldBy = {}) =>
      takeIn(opened(), agreements(means(opened(), holders)), envelopes),
    /** Lets events of security take effect, where approvals are these people's to decide. */
    asked: (envelopes: readonly EventEnvelope[], approvers: HeldBy) =>
      takeIn(opened(), securityNotices(means(opened(), approvers)), envelopes),
    /** Gives deliveries of somebody a state, as if they had come so far. */
    async brought(customerId: string, state: string): Promise<void> {
      const statement = 'update delivery set state = $2, next_time = null where party_id = $1';
      await bank.database.query(statement, [customerId, state]);
    },
    /** The service as a customer sees it. */
    of: (customerId: string) => bank.asPrincipal(customer(customerId)),
  };
}

/** Who holds which accounts, or may decide on which approvals. */
type HeldBy = Readonly<Record<string, readonly string[]>>;

function means(database: Database, held: HeldBy) {
  const whose: Holders = new Map(Object.entries(held));
  return {
    holders: async () => whose,
    approvers: async () => whose,
    database,
    ways: { open: CHANNELS },
    config: { BANK_TIME_ZONE: 'Europe/Prague' },
  };
}

/** Lets events of transaction take effect, of accounts that are held so, whoever else runs on the database. */
export function bookedOn(database: Database, envelopes: readonly EventEnvelope[], holders: HeldBy): Promise<void> {
  return takeIn(database, bookings(means(database, holders)), envelopes);
}

/** Opens the database of notification beside it. */
export function openNotification(database: TestDatabase): Promise<Database> {
  const settings = { service: 'notification', entities, poolMax: 2, statementTimeoutMs: 10_000, log };
  return openDatabase({ url: database.runtimeUrl, ...settings });
}

async function takeIn(
  database: Database,
  subscription: ReturnType<typeof securityNotices>,
  envelopes: readonly EventEnvelope[],
): Promise<void> {
  const prepared = await prepare(subscription, envelopes);
  const parts = { consumer: 'notification' as const, database, vault: {} as never, log, subscription };
  return database.transaction((tx) => handleEvents(parts, tx, envelopes, prepared));
}
