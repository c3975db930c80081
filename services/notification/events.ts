// What of other services' events is told, and to whom. Notification publishes no events of its own but the records of commands.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { CommandTx } from '#chassis/command.ts';
import { type Handler, on, type Subscription } from '#chassis/subscription.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import {
  CredentialsRegisteredSchema,
  LoginRefusedSchema,
  PasskeyAddedSchema,
  PasskeyRemovedSchema,
  PasswordChangedSchema,
  PasswordResetSchema,
  SecondFactorAddedSchema,
  SecondFactorRemovedSchema,
  SessionRevokedSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { TrustedPayeeAddedSchema, TrustedPayeeRemovedSchema } from '#gen/bank/security/v1/step_up_events_pb.ts';
import {
  TransactionHeldForReviewSchema,
  TransactionPostedSchema,
  TransactionRefusedSchema,
} from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Context } from './context.ts';
import { type Holders, type Telling, tellBooked, tellOne } from './domain/telling.ts';
import type { TemplateName } from './domain/templates.ts';
import type { Money as Amount, Facts } from './domain/words.ts';
import { insertNotices } from './tables.ts';

/** Logins that fail are told of once: when so many in a row have. */
const FAILURES_TOLD = 5;

/** What transaction says: money in and out, to all who hold the accounts; orders that are not booked, to who gave them. */
export function bookings({ holders }: Context): Subscription<Holders> {
  return {
    producer: 'transaction',
    prepare: (envelopes) => holders(envelopes.flatMap(accountsIn)),
    handlers: [
      on(TransactionPostedSchema, async (tx, event, envelope, held: Holders) => {
        if (isImported(event.type)) return;
        tell(tx, envelope, tellBooked({ ...event, amount: amountOf(event.amount) }, held));
      }),
      on(TransactionRefusedSchema, async (tx, event, envelope) =>
        tell(tx, envelope, tellOrderer(envelope, 'order-refused', event)),
      ),
      on(TransactionHeldForReviewSchema, async (tx, event, envelope) =>
        tell(tx, envelope, tellOrderer(envelope, 'order-held', event)),
      ),
    ],
  };
}

/** What security says about the logins of customers. */
export function securityNotices(): Subscription {
  return {
    producer: 'security',
    handlers: [
      always(CredentialsRegisteredSchema, 'credentials-registered'),
      always(PasskeyAddedSchema, 'passkey-added'),
      always(PasskeyRemovedSchema, 'passkey-removed'),
      always(PasswordChangedSchema, 'password-changed'),
      always(PasswordResetSchema, 'password-reset'),
      always(SecondFactorAddedSchema, 'second-factor-added'),
      always(SecondFactorRemovedSchema, 'second-factor-removed'),
      on(TrustedPayeeAddedSchema, async (tx, { customerId }, envelope) =>
        tell(tx, envelope, tellOne(customerId, 'trusted-payee-added')),
      ),
      on(TrustedPayeeRemovedSchema, async (tx, { customerId }, envelope) =>
        tell(tx, envelope, tellOne(customerId, 'trusted-payee-removed')),
      ),
      on(SessionRevokedSchema, async (tx, { partyId, reason }, envelope) => {
        if (isSurprise(reason)) tell(tx, envelope, tellOne(partyId, 'session-ended'));
      }),
      on(LoginRefusedSchema, async (tx, { partyId, failures }, envelope) => {
        if (failures === FAILURES_TOLD) tell(tx, envelope, tellOne(partyId, 'logins-failed', { failures }));
      }),
    ],
  };
}

/** Ends of sessions that their owner has not asked for, and is not told of by what they did ask for. */
function isSurprise(reason: RevocationReason): boolean {
  return reason === RevocationReason.REFRESH_TOKEN_REUSED || reason === RevocationReason.REVOKED_BY_STAFF;
}

/** What is told to whose logins they are, whenever it happens. */
function always<D extends DescMessage>(schema: D, template: TemplateName): Handler {
  return on(schema, async (tx, event: MessageShape<D>, envelope) =>
    tell(tx, envelope, tellOne((event as MessageShape<D> & { partyId: string }).partyId, template)),
  );
}

function tell(tx: CommandTx, envelope: EventEnvelope, tellings: readonly Telling[]): void {
  const occurMs = envelope.occurTime ? timestampMs(envelope.occurTime) : Date.now();
  for (const telling of tellings) tx.write(insertNotices, { ...telling, occurMs });
}

/** Who gave an order through a channel is told what became of it; staff and partners see it where they gave it. */
function tellOrderer(
  { actor }: EventEnvelope,
  template: TemplateName,
  event: { transactionId: string; debtorAccountId: string; amount?: Money | undefined; type: TransactionType },
): Telling[] {
  if (actor?.audience !== Audience.CHANNEL || isImported(event.type)) return [];
  const { transactionId, debtorAccountId } = event;
  const facts: Facts = { transactionId, amount: amountOf(event.amount) };
  return tellOne(actor.partyId, template, { ...facts, ...(debtorAccountId && { accountId: debtorAccountId }) });
}

/** Nobody is told of history. */
function isImported(type: TransactionType): boolean {
  return type === TransactionType.MIGRATION;
}

/** The accounts whose holders are told of an event. */
function accountsIn({ type, payload }: EventEnvelope): string[] {
  if (type !== TransactionPostedSchema.typeName) return [];
  const event = fromBinary(TransactionPostedSchema, payload);
  return isImported(event.type) ? [] : [event.debtorAccountId, event.creditorAccountId];
}

function amountOf(money: Money | undefined): Amount {
  return { currencyCode: money?.currencyCode ?? '', amount: money?.amount ?? '' };
}
