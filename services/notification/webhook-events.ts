// Which events go to which webhooks, and what of them. The contract says who may hear of an event; who holds the accounts
// that it is about was asked of account.
import { type DescMessage, fromBinary, type JsonObject, type MessageShape, toJson } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Database } from '#chassis/database.ts';
import {
  AccountClosedSchema,
  AccountDormantSchema,
  AccountEscheatedSchema,
  AccountInactiveSchema,
  AccountOpenedSchema,
  AccountWokenSchema,
  ChequeBookIssuedSchema,
  ChequeExceptionChangedSchema,
  ChequeStopChangedSchema,
  OverdraftLimitSetSchema,
  ProductPublishedSchema,
} from '#gen/bank/account/v1/account_events_pb.ts';
import { ScheduledPaymentState } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import {
  PaymentOrderFailedSchema,
  PaymentRequestEndedSchema,
  PaymentRequestedSchema,
  ScheduledPaymentChangedSchema,
  ScheduledPaymentFailedSchema,
  TransactionAwaitsSignaturesSchema,
  TransactionHeldForReviewSchema,
  TransactionPostedSchema,
  TransactionRefusedSchema,
  TransactionReleasedSchema,
  TransactionReversedSchema,
  TransactionSignedSchema,
} from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Holders } from './domain/telling.ts';
import { leftOut, mayHear, PING_TYPE, ruleOf } from './domain/webhooks.ts';
import type { NewDelivery } from './webhook-delivery-tables.ts';
import { type HearerRow, selectHearers } from './webhook-tables.ts';

const SCHEMAS: readonly DescMessage[] = [
  AccountClosedSchema,
  AccountDormantSchema,
  AccountEscheatedSchema,
  AccountInactiveSchema,
  AccountOpenedSchema,
  AccountWokenSchema,
  ChequeBookIssuedSchema,
  ChequeExceptionChangedSchema,
  ChequeStopChangedSchema,
  OverdraftLimitSetSchema,
  ProductPublishedSchema,
  PaymentRequestEndedSchema,
  PaymentRequestedSchema,
  PaymentOrderFailedSchema,
  ScheduledPaymentChangedSchema,
  ScheduledPaymentFailedSchema,
  TransactionAwaitsSignaturesSchema,
  TransactionHeldForReviewSchema,
  TransactionPostedSchema,
  TransactionRefusedSchema,
  TransactionReleasedSchema,
  TransactionReversedSchema,
  TransactionSignedSchema,
];
const BY_TYPE = new Map(SCHEMAS.map((schema) => [schema.typeName, schema]));

/** The events of a producer that can go to webhooks. */
export function webhookTypes(producer: string): string[] {
  return [...BY_TYPE.keys()].filter((type) => type.startsWith(`bank.${producer}.`));
}

/** The accounts whose holders are to be known for an event to go where it belongs. */
export function webhookAccounts(envelope: EventEnvelope): readonly string[] {
  const event = decoded(envelope);
  return event ? accountsIn(event).filter((id) => id !== '') : [];
}

/** What is to be sent of these events, by event. */
export async function webhookDeliveries(
  database: Database,
  envelopes: readonly EventEnvelope[],
  holders: Holders,
): Promise<ReadonlyMap<string, readonly NewDelivery[]>> {
  const events = envelopes.flatMap((envelope) => decoded(envelope) ?? []);
  if (events.length === 0) return new Map();
  const parties = events.flatMap((event) => accountsIn(event).flatMap((id) => holders.get(id) ?? []));
  const open = events.filter(({ rule }) => rule.holdersOf.length === 0).map(({ envelope }) => envelope.type);
  if (parties.length === 0 && open.length === 0) return new Map();
  const hearers = await database.query(selectHearers([...new Set(parties)], [...new Set(open)]));
  return new Map(
    events.map((event) => [
      event.envelope.eventId,
      hearers.flatMap((hearer) => deliveryOf(event, hearer, holders) ?? []),
    ]),
  );
}

/** The event with which a webhook is tried. */
export function pingBody(nowMs: number): string {
  return JSON.stringify({ type: PING_TYPE, timestamp: new Date(nowMs).toISOString(), data: {} });
}

interface Decoded {
  readonly envelope: EventEnvelope;
  readonly schema: DescMessage;
  readonly event: MessageShape<DescMessage> & Readonly<Record<string, unknown>>;
  readonly rule: NonNullable<ReturnType<typeof ruleOf>>;
}

/** An event that may go to webhooks. Of history that was imported nobody hears. */
function decoded(envelope: EventEnvelope): Decoded | undefined {
  const schema = BY_TYPE.get(envelope.type);
  const rule = ruleOf(envelope.type);
  if (!schema || !rule) return undefined;
  const event = fromBinary(schema, envelope.payload) as Decoded['event'];
  const isHistory = envelope.type.startsWith('bank.transaction.') && event['type'] === TransactionType.MIGRATION;
  const isOldOrder =
    envelope.type === ScheduledPaymentChangedSchema.typeName && event['state'] === ScheduledPaymentState.IMPORTED;
  return isHistory || isOldOrder ? undefined : { envelope, schema, event, rule };
}

function accountsIn({ event, rule }: Decoded): string[] {
  return rule.holdersOf.map((name) => String(event[name]));
}

/** What of an event goes to a webhook; undefined when nothing does. What happened before there was the webhook does not. */
function deliveryOf(event: Decoded, hearer: HearerRow, holders: Holders): NewDelivery | undefined {
  const { envelope, rule } = event;
  const occurMs = envelope.occurTime ? timestampMs(envelope.occurTime) : Date.now();
  if (!hearer.eventTypes.includes(envelope.type) || occurMs < hearer.createMs) return undefined;
  const audience = hearer.partyId.startsWith('ptn_') ? 'PARTNER' : 'CHANNEL';
  if (!mayHear(envelope.type, { audience, scopes: hearer.scopes })) return undefined;
  const accounts = accountsIn(event);
  const held = new Set(accounts.filter((id) => holders.get(id)?.includes(hearer.partyId)));
  if (rule.holdersOf.length > 0 && held.size === 0) return undefined;
  return {
    webhookId: hearer.webhookId,
    eventId: envelope.eventId,
    eventType: envelope.type,
    body: bodyOf(event, occurMs, leftOut(rule, accounts, held)),
    occurMs,
    held: hearer.state === 'disabled',
  };
}

function bodyOf({ envelope, schema, event }: Decoded, occurMs: number, without: readonly string[]): string {
  const data = toJson(schema, event) as JsonObject;
  for (const name of without) delete data[name];
  return JSON.stringify({
    type: envelope.type,
    timestamp: new Date(occurMs).toISOString(),
    aggregateId: envelope.aggregateId,
    // Far below 2^53, and made to be compared.
    aggregateSequence: Number(envelope.aggregateSequence),
    data,
  });
}
