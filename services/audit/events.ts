// What the audit service hears of: every command of every service, every refusal of access and of a login, reads of personal data as far
// as the edge has them recorded, and what was booked, which
// only monitoring looks at, as at hits of sanctions lists. It publishes nothing but the records of its own commands.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampNow } from '@bufbuild/protobuf/wkt';
import { workloadOf } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { Outside } from '#chassis/database.ts';
import { Code } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import { insertMerged } from '#chassis/merged-parties.ts';
import { published } from '#chassis/services.ts';
import { type Handler, on, type Subscription } from '#chassis/subscription.ts';
import { AccountWokenSchema } from '#gen/bank/account/v1/account_events_pb.ts';
import { AuditRecordSchema, Outcome, RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { CustomerMergedSchema, SanctionsHitFoundSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { Audience, Workload } from '#gen/bank/options/v1/options_pb.ts';
import {
  AccessRefusedSchema,
  LoginHeldForReviewSchema,
  LoginRefusedSchema,
  PartnerTokenRefusedSchema,
  PasswordResetRefusedSchema,
  PersonalDataReadSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import { StepUpRefusedSchema } from '#gen/bank/security/v1/step_up_events_pb.ts';
import { TransactionPostedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { CommandRecordedSchema, type EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import { watchHit, watchRecord, watchTransaction, watchWoken } from './activities.ts';
import type { Context } from './context.ts';
import { COMPLETE_STEP_UP, LOGIN, PARTNER_TOKEN, PASSKEY_LOGIN, RESET_PASSWORD } from './domain/reports.ts';
import { lockHolds, spreadHolds } from './keeping-tables.ts';
import { digestOf, PARTS, type Part } from './messages.ts';
import { makeMonth } from './tables.ts';

/** The services that tell of commands, audit itself among them, each with a log of its own. */
export const PRODUCERS = published.map(({ name }) => name);

const REFUSED_LOGIN = {
  kind: RecordKind.REFUSED_LOGIN,
  outcome: Outcome.REFUSED,
  code: Code.UNAUTHENTICATED,
  caller: Workload.EDGE,
};

/** Everything that is recorded: one record of each event, in the transaction that remembers that it was heard. */
export function recordings(context: Pick<Context, 'logs' | 'database'>): Subscription[] {
  const recorder = recorderOf(context);
  return PRODUCERS.map((producer) => ({ producer, handlers: handlersOf(recorder(producer)) }));
}

function handlersOf(record: Recorder): Handler[] {
  return [
    on(CommandRecordedSchema, (tx, event, envelope) => {
      const { rpc, requestId, resourceIds, accepted, reason, caller } = event;
      const outcome = accepted ? Outcome.DONE : Outcome.REFUSED;
      const what = { kind: RecordKind.COMMAND, rpc, requestId, resourceIds, outcome, reason, caller };
      return record(tx, envelope, what, event);
    }),
    // The edge tells security of them. The actor is who was refused, not who told.
    on(AccessRefusedSchema, (tx, { actor, rpc, code, reason, origin }, envelope) => {
      const what = { kind: RecordKind.REFUSED_ACCESS, rpc, outcome: Outcome.REFUSED, reason, code };
      const who = { caller: Workload.EDGE, ...(actor && { actor }) };
      return record(tx, envelope, { ...what, ...who }, { origin });
    }),
    on(PersonalDataReadSchema, (tx, { actor, rpc, resourceIds, oneIn, traceparent, origin }, envelope) => {
      const what = { kind: RecordKind.PERSONAL_DATA_READ, rpc, resourceIds, oneIn, traceparent, outcome: Outcome.DONE };
      return record(tx, envelope, { ...what, caller: Workload.EDGE, ...(actor && { actor }) }, { origin });
    }),
    on(LoginRefusedSchema, (tx, { partyId, customerId, passkeyId, origin }, envelope) => {
      const actor = create(ActorSchema, { partyId, audience: customerId ? Audience.CHANNEL : Audience.STAFF });
      const rpc = passkeyId ? PASSKEY_LOGIN : LOGIN;
      return record(tx, envelope, { ...REFUSED_LOGIN, rpc, reason: 'LOGIN_REFUSED', actor }, { origin });
    }),
    on(PartnerTokenRefusedSchema, (tx, { partnerId: partyId, error, origin }, envelope) => {
      const actor = create(ActorSchema, { partyId, audience: Audience.PARTNER });
      return record(tx, envelope, { ...REFUSED_LOGIN, rpc: PARTNER_TOKEN, reason: error, actor }, { origin });
    }),
    on(LoginHeldForReviewSchema, (tx, { partyId, customerId, origin }, envelope) => {
      const actor = create(ActorSchema, { partyId, audience: customerId ? Audience.CHANNEL : Audience.STAFF });
      const what = { ...REFUSED_LOGIN, rpc: LOGIN, reason: 'LOGIN_HELD', code: Code.FAILED_PRECONDITION, actor };
      return record(tx, envelope, what, { origin });
    }),
    on(PasswordResetRefusedSchema, (tx, { partyId, customerId, origin }, envelope) => {
      const actor = create(ActorSchema, { partyId, audience: customerId ? Audience.CHANNEL : Audience.STAFF });
      return record(
        tx,
        envelope,
        { ...REFUSED_LOGIN, rpc: RESET_PASSWORD, reason: 'RESET_CODE_INVALID', actor },
        { origin },
      );
    }),
    // Of a proof it is known in whose session it was tried: that stands in the envelope.
    on(StepUpRefusedSchema, (tx, { stepUpId, reason }, envelope) => {
      const what = { ...REFUSED_LOGIN, rpc: COMPLETE_STEP_UP, reason, resourceIds: [stepUpId] };
      return record(tx, envelope, what, {});
    }),
    on(TransactionPostedSchema, async (tx, event, envelope) => watchTransaction(tx, event, envelope)),
    on(AccountWokenSchema, async (tx, event, envelope) => watchWoken(tx, event, envelope)),
    on(SanctionsHitFoundSchema, async (tx, event, envelope) => watchHit(tx, event, envelope)),
    on(CustomerMergedSchema, async (tx, { customerId, mergedCustomerId }) => {
      await tx.execute(insertMerged(mergedCustomerId, customerId));
      // What is held of the one is of the other as well.
      await tx.query(lockHolds());
      await tx.execute(spreadHolds(mergedCustomerId));
    }),
  ];
}

/** Records one event: what it says, and what of it is sealed. */
type Recorder = (
  tx: CommandTx,
  envelope: EventEnvelope,
  what: MessageInitShape<typeof AuditRecordSchema>,
  sealed: Partial<Readonly<Record<Part, Sealed | undefined>>>,
) => Promise<void>;

function recorderOf({ logs, database }: Pick<Context, 'logs' | 'database'>): (log: string) => Recorder {
  const month = monthsOf(database);
  return (log) => async (tx, envelope, what, sealed) => {
    const { eventId, actor, traceparent, occurTime } = envelope;
    month(occurTime);
    const record = create(AuditRecordSchema, {
      recordId: newId('aud'),
      log: workloadOf(log),
      eventId,
      traceparent,
      ...(actor && { actor }),
      ...(occurTime && { occurTime }),
      knownTime: timestampNow(),
      ...what,
      ...Object.fromEntries(PARTS.map((part) => [part, digestOf(sealed[part])])),
    });
    const ciphertexts = Object.fromEntries(PARTS.map((part) => [part, sealed[part]?.ciphertext]));
    await logs.add(tx, log, record, ciphertexts);
    watchRecord(tx, record);
  };
}

/** Makes sure of the month of an event: outside of the transaction, which would hold up everybody else's with a new table. */
function monthsOf(database: Context['database']): (occurTime: Timestamp | undefined) => void {
  const known = new Set<string>();
  return (occurTime) => {
    if (!occurTime) throw new Error('an event does not say when it occurred');
    const instant = timestampDate(occurTime);
    const month = instant.toISOString().slice(0, 7);
    if (known.has(month)) return;
    throw new Outside(async () => {
      await database.query(makeMonth(instant));
      known.add(month);
    });
  };
}
