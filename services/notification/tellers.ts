// How events become notices: who is told of one, found out before the transaction in which it takes effect, and written in it.
import { type DescMessage, fromBinary, type Message, type MessageShape } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { CommandTx } from '#chassis/command.ts';
import type { Subscription } from '#chassis/subscription.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { tellHolders } from './account-life.ts';
import type { Context } from './context.ts';
import type { Holders, Telling } from './domain/telling.ts';
import type { TemplateName } from './domain/templates.ts';
import type { Money as Amount, Facts } from './domain/words.ts';
import type { Ways } from './providers.ts';
import { insertNotices, type NewNotice } from './tables.ts';
import { addressed } from './ways.ts';
import { insertWebhookDeliveries, type NewDelivery } from './webhook-delivery-tables.ts';
import { webhookAccounts, webhookDeliveries, webhookTypes } from './webhook-events.ts';

/** How one type of event is told. */
export interface Teller {
  readonly type: string;
  /** What whoever is told of it depends on: the accounts that they hold, or the approvals that they may decide on. */
  about(envelope: EventEnvelope): readonly string[];
  tell(envelope: EventEnvelope, whose: Holders): readonly Telling[];
}

/** What of its context telling needs. */
export type Means = Pick<Context, 'holders' | 'approvers' | 'database'> & {
  readonly ways: Pick<Ways, 'open'>;
  readonly config: Pick<Context['config'], 'BANK_TIME_ZONE'>;
};

/** What happens to an account, for all who hold it. */
export function ofAccount<M extends Message & { readonly accountId: string }>(
  schema: GenMessage<M>,
  tell: (event: M, holders: Holders) => readonly Telling[],
): Teller {
  return {
    ...telling(schema, (event, _envelope, holders) => tell(event, holders)),
    about: ({ payload }) => [fromBinary(schema, payload).accountId],
  };
}

/** What happens to an amount, told to all who hold its account. */
export function ofAmount<E extends Message & { readonly amount?: Money | undefined }>(
  schema: GenMessage<E>,
  template: TemplateName,
  accountOf: (event: E) => string,
  factsOf: (event: E) => Facts = () => ({}),
): Teller {
  return {
    ...telling(schema, (event, _envelope, holders) =>
      tellHolders({ accountId: accountOf(event) }, template, holders, {
        ...factsOf(event),
        ...(event.amount && { amount: amountOf(event.amount) }),
      }),
    ),
    about: ({ payload }) => [accountOf(fromBinary(schema, payload))],
  };
}

/** An event, told to whom `tell` says. */
export function telling<D extends DescMessage>(
  schema: D,
  tell: (event: MessageShape<D>, envelope: EventEnvelope, holders: Holders) => readonly Telling[],
): Teller {
  return {
    type: schema.typeName,
    about: () => [],
    tell: (envelope, holders) => tell(fromBinary(schema, envelope.payload), envelope, holders),
  };
}

/** Finds out what is to be told, and to which webhooks, before the transaction, and writes it in it. */
export function subscription(
  producer: string,
  means: Means,
  whoseOf: (ids: readonly string[]) => Promise<Holders>,
  tellers: readonly Teller[],
): Subscription<Prepared> {
  const byType = new Map(tellers.map((teller) => [teller.type, teller]));
  return {
    producer,
    prepare: async (envelopes) => {
      // Only of accounts do events go to webhooks: both are asked with one question.
      const ids = envelopes.flatMap((envelope) => [
        ...(byType.get(envelope.type)?.about(envelope) ?? []),
        ...webhookAccounts(envelope),
      ]);
      const whose = await whoseOf(ids);
      const [notices, deliveries] = await Promise.all([
        noticesOf(means, envelopes, (envelope) => byType.get(envelope.type)?.tell(envelope, whose) ?? []),
        webhookDeliveries(means.database, envelopes, whose),
      ]);
      return { notices, deliveries };
    },
    handlers: [...new Set([...byType.keys(), ...webhookTypes(producer)])].map((type) => ({ type, handle: write })),
  };
}

/** By event, what is written for it. */
export interface Prepared {
  readonly notices: ReadonlyMap<string, readonly NewNotice[]>;
  readonly deliveries: ReadonlyMap<string, readonly NewDelivery[]>;
}

/** Writes what is told of an event. */
export async function write(
  tx: CommandTx,
  { eventId }: EventEnvelope,
  { notices, deliveries }: Prepared,
): Promise<void> {
  for (const notice of notices.get(eventId) ?? []) tx.write(insertNotices, notice);
  for (const delivery of deliveries.get(eventId) ?? []) tx.write(insertWebhookDeliveries, delivery);
}

/** By event, the notices of what is told of it. */
export async function noticesOf(
  { database, ways, config }: Means,
  envelopes: readonly EventEnvelope[],
  tell: (envelope: EventEnvelope) => readonly Telling[],
): Promise<Prepared['notices']> {
  const tellings = envelopes.flatMap((envelope) => {
    const { eventId, occurTime } = envelope;
    const occurMs = occurTime ? timestampMs(occurTime) : Date.now();
    return tell(envelope).map((one) => ({ ...one, eventId, occurMs }));
  });
  const told = await addressed(database, tellings, { open: ways.open, timeZone: config.BANK_TIME_ZONE });
  return Map.groupBy(told, ({ eventId }) => eventId);
}

/** An amount, as notices have it. */
export function amountOf(money: Money | undefined): Amount {
  return { currencyCode: money?.currencyCode ?? '', amount: money?.amount ?? '' };
}
