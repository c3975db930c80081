// An audit service for a test file, which is told of commands as its consumers tell it: through the inbox, in a transaction.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { readConfig } from '#chassis/config.ts';
import { type Database, openDatabase } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { handleEvents } from '#chassis/inbox.ts';
import { localKeyring } from '#chassis/keyring.ts';
import { makeLog } from '#chassis/log.ts';
import { localObjectStore } from '#chassis/object-store.ts';
import { type Vault, vault } from '#chassis/sealing.ts';
import { signingKey } from '#chassis/signing-key.ts';
import type { Subscription } from '#chassis/subscription.ts';
import { customer, type ServiceUnderTest, staff, testEnvironment, useService } from '#chassis/testing/service.ts';
import type { AuditRecord } from '#gen/bank/audit/v1/audit_pb.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Alert } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { SanctionsHitFoundSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import {
  AccessRefusedSchema,
  LoginHeldForReviewSchema,
  LoginRefusedSchema,
  PasswordResetRefusedSchema,
  PersonalDataReadSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import { StepUpRefusedSchema } from '#gen/bank/security/v1/step_up_events_pb.ts';
import { TransactionPostedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { CommandRecordedSchema, type EventEnvelope, EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { openArchive } from './archive.ts';
import { openCheckpoints } from './checkpoints.ts';
import type { Context } from './context.ts';
import { PRODUCERS, recordings } from './events.ts';
import { openLogs } from './log.ts';
import { audit } from './service.ts';

type Producer = (typeof PRODUCERS)[number];

/** A command that somebody gave, as far as a test cares. */
export interface Given {
  readonly actor?: Actor;
  readonly rpc?: string;
  readonly resourceIds?: readonly string[];
  /** Why it was refused; done, without it. */
  readonly reason?: string;
  readonly after?: { readonly partyId: string; readonly content: object };
  readonly occurred?: Date;
}

/** An audit service under test. */
export interface AuditUnderTest {
  readonly bank: ServiceUnderTest<typeof AuditService>;
  readonly auditor: () => ReturnType<ServiceUnderTest<typeof AuditService>['asPrincipal']>;
  readonly vault: () => Vault;
  /** Lets the service hear of commands, all at once; answers their records. */
  tell(producer: Producer, ...commands: readonly Given[]): Promise<AuditRecord[]>;
  /** Lets the service hear of events as they came. Answers the records of them. */
  hear(producer: Producer, envelopes: readonly EventEnvelope[]): Promise<AuditRecord[]>;
  /** Lets the service hear of as many refusals of access to somebody as the rule for them asks for, and waits for their alert. */
  denied(partyId: string): Promise<Alert>;
  /** What keeping works with, beside the service and as it does. */
  keeping(): Keeping;
  /** Waits until monitoring has looked at all that the service has heard of. */
  lookedAt(): Promise<void>;
  /** Waits until all that it has heard of is signed. */
  signed(): Promise<void>;
}

/** What keeping works with. */
export type Keeping = Pick<Context, 'database' | 'config' | 'archive' | 'objects' | 'checkpoints' | 'log'>;

export const OPEN_ACCOUNT = 'bank.account.v1.AccountService/OpenAccount';
export const JANA = customer('cus_jana');

const QUIET = makeLog('test', 'silent');
const PATIENCE_MS = 10_000;

/** Starts an audit service for the tests of a `describe`. */
export function useAudit(): AuditUnderTest {
  const bank = useService(audit);
  let database: Database;
  let sealing: Vault;
  let subscriptions: readonly Subscription[] = [];
  let keeping: Keeping;
  let told = 0n;
  before(async () => {
    const keys = await localKeyring(path.join(bank.dataDir, 'keyring'));
    sealing = vault(keys);
    const settings = { service: 'audit', entities: [], poolMax: 4, statementTimeoutMs: 10_000, log: QUIET };
    database = await openDatabase({ ...settings, url: bank.database.runtimeUrl });
    const logs = openLogs(database, keys.secret('audit-log'), QUIET);
    subscriptions = recordings({ database, logs });
    const objects = localObjectStore(path.join(bank.dataDir, 'objects'));
    const key = () => signingKey(path.join(bank.dataDir, 'keyring'), 'audit-checkpoints');
    const checkpoints = openCheckpoints({ objects, logs, log: QUIET }, key);
    const config = readConfig(testEnvironment(bank.dataDir));
    keeping = { database, config, objects, checkpoints, log: QUIET, archive: openArchive(objects, QUIET) };
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
  });

  const auditor = () => bank.asPrincipal(staff('AUDITOR'));

  async function hear(producer: Producer, envelopes: readonly EventEnvelope[]): Promise<AuditRecord[]> {
    const subscription = subscriptions.find((one) => one.producer === producer);
    if (!subscription) throw new Error(`${producer} tells of nothing`);
    const parts = { consumer: 'audit', database, vault: sealing, log: QUIET, subscription } as const;
    for (const envelope of envelopes) {
      told += 1n;
      envelope.producerSequence = told;
    }
    await database.transaction((tx) => handleEvents(parts, tx, envelopes));
    const { records } = await auditor().listAuditRecords({ pageSize: 1_000 });
    const byEvent = new Map(records.map((record) => [record.eventId, record]));
    return envelopes.flatMap(({ eventId }) => byEvent.get(eventId) ?? []);
  }

  async function lookedAt(): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while ((await bank.database.query('select from activity_waiting limit 1')).length > 0) {
      if (Date.now() > end) throw new Error('monitoring does not come to an end');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return {
    bank,
    auditor,
    vault: () => sealing,
    hear,
    lookedAt,
    keeping: () => keeping,
    async denied(partyId) {
      const event = { actor: customer(partyId), rpc: OPEN_ACCOUNT, code: 7, reason: 'CALLER_NOT_ALLOWED' };
      const told = Array.from({ length: 10 }, () => accessRefused({ ...event, refusalId: newId('rfs') }));
      await hear('security', told);
      await lookedAt();
      const [alert] = (await auditor().listAlerts({ subjectId: partyId })).alerts;
      if (!alert) throw new Error(`there is no alert about ${partyId}`);
      return alert;
    },
    async tell(producer, ...commands) {
      return hear(producer, await Promise.all(commands.map((given) => recorded(sealing, given))));
    },
    async signed() {
      const end = Date.now() + PATIENCE_MS;
      for (const producer of PRODUCERS) {
        const log = Workload[producer.toUpperCase() as Uppercase<Producer>];
        const { entries } = await auditor().listLogEntries({ log, pageSize: 1_000 });
        for (;;) {
          const { checkpoints } = await auditor().listCheckpoints({ pageSize: 1_000 });
          const size = checkpoints.findLast((one) => one.log === log)?.size ?? 0n;
          if (size >= BigInt(entries.length)) break;
          if (Date.now() > end) throw new Error(`${producer} is signed up to ${size} of ${entries.length}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    },
  };
}

/** The event that tells of a command. */
export async function recorded(sealing: Vault, given: Given): Promise<EventEnvelope> {
  const { actor = JANA, rpc = OPEN_ACCOUNT, resourceIds = [], reason = '', after } = given;
  const origin = { sessionId: actor.sessionId, address: '192.0.2.7', userAgent: 'mocha' };
  const seal = (partyId: string, part: string, content: object) =>
    sealing.seal(partyId, `command.${part}`, Buffer.from(JSON.stringify(content)));
  const event = {
    rpc,
    requestId: randomUUID(),
    resourceIds: [...resourceIds],
    accepted: reason === '',
    reason,
    caller: Workload.EDGE,
    origin: await seal(actor.partyId, 'origin', origin),
    ...(after && { after: await seal(after.partyId, 'after', after.content) }),
  };
  return envelope(CommandRecordedSchema, event, actor, given.occurred);
}

/** The event that tells of a refusal of access. */
export function accessRefused(event: MessageInitShape<typeof AccessRefusedSchema>): EventEnvelope {
  return envelope(AccessRefusedSchema, event, undefined);
}

/** The event that tells of a refused login, in whatever way. */
export function loginRefused(event: MessageInitShape<typeof LoginRefusedSchema>): EventEnvelope {
  return envelope(LoginRefusedSchema, event, undefined);
}

/** The events that tell of a login that is held, a new password and a proof that were refused. */
export function refusedOtherwise(partyId: string): EventEnvelope[] {
  return [
    envelope(LoginHeldForReviewSchema, { loginReviewId: newId('lrv'), partyId, customerId: partyId }, undefined),
    envelope(PasswordResetRefusedSchema, { partyId, customerId: partyId }, undefined),
    envelope(StepUpRefusedSchema, { stepUpId: 'stp_1', partyId, reason: 'PROOF_REFUSED' }, customer(partyId)),
  ];
}

/** The event that tells of a read of personal data. */
export function personalDataRead(event: MessageInitShape<typeof PersonalDataReadSchema>): EventEnvelope {
  return envelope(PersonalDataReadSchema, event, undefined);
}

/** The event that tells of a transfer of crowns. */
export function transferred(debtorAccountId: string, creditorAccountId: string, crowns: string, occurred?: Date) {
  const transactionId = newId('txn');
  const amount = { currencyCode: 'CZK', amount: crowns };
  const event = { transactionId, type: TransactionType.TRANSFER, debtorAccountId, creditorAccountId, amount };
  return envelope(TransactionPostedSchema, event, undefined, occurred);
}

/** The event of a customer who was found to be like a party on a sanctions list. */
export function foundOnList(customerId: string, occurred?: Date) {
  const event = { hitId: newId('sht'), customerId, list: SanctionsList.OFAC_SDN, score: 97, version: 1 };
  return envelope(SanctionsHitFoundSchema, event, undefined, occurred);
}

type Heard =
  | typeof SanctionsHitFoundSchema
  | typeof CommandRecordedSchema
  | typeof AccessRefusedSchema
  | typeof LoginRefusedSchema
  | typeof PersonalDataReadSchema
  | typeof LoginHeldForReviewSchema
  | typeof PasswordResetRefusedSchema
  | typeof StepUpRefusedSchema
  | typeof TransactionPostedSchema;

function envelope<D extends Heard>(
  schema: D,
  event: MessageInitShape<D>,
  actor: Actor | undefined,
  occurred = new Date(),
): EventEnvelope {
  const eventId = newId('evt');
  return create(EventEnvelopeSchema, {
    eventId,
    type: schema.typeName,
    aggregateId: eventId,
    aggregateSequence: 1n,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    occurTime: timestampFromDate(occurred),
    payload: toBinary(
      schema as typeof CommandRecordedSchema,
      create(schema as typeof CommandRecordedSchema, event as object),
    ),
    ...(actor && { actor }),
  });
}
