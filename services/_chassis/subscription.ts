// What a service consumes: of which producer which events, and what it does about them.
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { CommandTx } from './command.ts';

/** What is done about events of one type, in the transaction that remembers that it was done. */
export interface Handler<Prepared = unknown> {
  readonly type: string;
  handle(tx: CommandTx, envelope: EventEnvelope, prepared: Prepared): Promise<void>;
}

/** The events of one producer that a service consumes; others of its are passed over. */
export interface Subscription<Prepared = unknown> {
  /** The service that publishes them: `ledger`. */
  readonly producer: string;
  readonly handlers: readonly Handler<Prepared>[];
  /**
   * Reads what other services own, for events that have a handler and are about to take effect, outside of any transaction.
   * While another service cannot be reached, the events wait.
   */
  prepare?(envelopes: readonly EventEnvelope[]): Promise<Prepared>;
}

/** Whether anything is done about an event; others are passed over. */
export function handles({ handlers }: Pick<Subscription, 'handlers'>, { type }: EventEnvelope): boolean {
  return handlers.some((handler) => handler.type === type);
}

/**
 * What is done about an event. It may stage rows and publish events of its own; it happens once, with its inbox row. When
 * it throws, whatever for, the event is tried again, and then parked with all later ones of its aggregate.
 */
export function on<D extends DescMessage, Prepared = unknown>(
  schema: D,
  handle: (tx: CommandTx, event: MessageShape<D>, envelope: EventEnvelope, prepared: Prepared) => Promise<void>,
): Handler<Prepared> {
  return {
    type: schema.typeName,
    handle: async (tx, envelope, prepared) => handle(tx, fromBinary(schema, envelope.payload), envelope, prepared),
  };
}
