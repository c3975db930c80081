// Orders that move money and are booked by one journal: the steps that deposits, withdrawals, transfers and migrated
// history share. The path of money: every step is bulk, and the caller is answered as soon as the ledger has booked.
import type { DescMethodUnary, JsonValue, MessageInitShape } from '@bufbuild/protobuf';
import { fromJson, toJson } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { deriveId, newId } from '#chassis/id.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from './context.ts';
import type { LegIntent } from './domain/legs.ts';
import { type Booking, booked, type Order, turnedDown } from './domain/words.ts';
import { publishPosted, publishRefused } from './events.ts';
import { insertOrders, type OrderRow, settleOrders } from './tables.ts';

/** The terms of a new order; what it does not name is as it is for every new one. */
export type NewOrder = Pick<Order, 'type' | 'partyId' | 'currency' | 'amount'> &
  Partial<Pick<Order, 'debtorAccountId' | 'creditorAccountId' | 'fees' | 'reversedId' | 'externalReference'>> & {
    readonly particulars: Buffer | null;
  };

/** An order that is to be booked: its row, and the journal that books it. */
export interface Movement {
  readonly order: OrderRow;
  readonly journal: JournalIntent;
}

/** The journal as the ledger's contract writes it, in plain JSON; its id follows from the order's. */
export interface JournalIntent {
  readonly kind: JournalKind;
  readonly legs: readonly LegIntent[];
  /** For migrated history only: its own booking date. */
  readonly bookingDate: string;
  readonly actor: JsonValue;
}

/** A movement as it stands in the database: without personal data in clear, and without bigint. */
export interface MovementIntent {
  readonly order: OrderIntent;
  readonly journal: JournalIntent;
}

/** An order in plain JSON. */
export type OrderIntent = Omit<OrderRow, 'amount' | 'fees' | 'reversedAmount' | 'particulars'> & {
  readonly amount: string;
  readonly fees: readonly string[];
  /** The sealed bytes in base64. */
  readonly particulars: string | null;
};

/** A new order, pending. */
export function newOrder(terms: NewOrder): OrderRow {
  return {
    id: newId('txn'),
    state: 'pending',
    debtorAccountId: null,
    creditorAccountId: null,
    fees: [],
    bookingDate: null,
    valueDate: null,
    reversedId: null,
    reversedAmount: 0n,
    externalReference: null,
    createTime: Date.now(),
    changes: [],
    ...terms,
  };
}

/** On whose behalf a journal is booked, for its intent: the same however often the call is repeated. */
export function actorIntent({ principal }: Call): JsonValue {
  return principal ? toJson(ActorSchema, principal) : null;
}

/** The actor of an intent, for a request. */
export function actorFrom(intent: JsonValue) {
  return intent === null ? {} : { actor: fromJson(ActorSchema, intent) };
}

/** The steps of one kind of movement. `respond` makes the answer of its RPC from the booked order. */
export function movementSteps<M extends DescMethodUnary>(
  { ledger }: Context,
  method: M,
  respond: (order: OrderRow) => Promise<MessageInitShape<M['output']>>,
): OrderSteps<M, Movement, MovementIntent, Booking> {
  return {
    method,
    async plan(tx, { order, journal }) {
      tx.write(insertOrders, order);
      return { order: orderIntent(order), journal };
    },
    carryOut({ order, journal }, { validateOnly, deadline, call }) {
      const { kind, legs, bookingDate, actor } = journal;
      const journalId = deriveId('jnl', order.id);
      const asked = { journalId, kind, legs: [...legs], bookingDate, ...actorFrom(actor) };
      return ledger.post(asked, { validateOnly, deadline, trace: call.trace });
    },
    answer: ({ order }, booking) => respond(booked(orderFromIntent(order), booking)),
    async settle(tx, { order }, outcome) {
      const settled =
        'refusal' in outcome
          ? turnedDown(orderFromIntent(order), outcome.refusal.reason, Date.now())
          : booked(orderFromIntent(order), outcome.value);
      tx.write(settleOrders, settled);
      recordSettled(tx, settled);
      return respond(settled);
    },
  };
}

/** Tells the audit and the bank what became of an order. */
export function recordSettled(tx: CommandTx, order: OrderRow): void {
  const { id, debtorAccountId, creditorAccountId, partyId, state, bookingDate } = order;
  const resourceIds = [id, debtorAccountId, creditorAccountId].filter((resource) => resource !== null);
  tx.record({ resourceIds, partyId, after: { state, bookingDate } });
  const [change] = order.changes;
  if (state === 'refused') publishRefused(tx, order, change?.reason ?? '');
  else publishPosted(tx, order);
}

/** An order in plain JSON, for an intent. */
export function orderIntent(order: OrderRow): OrderIntent {
  const { reversedAmount: _none, ...rest } = order;
  return {
    ...rest,
    amount: String(order.amount),
    fees: order.fees.map(String),
    particulars: order.particulars?.toString('base64') ?? null,
  };
}

/** The order of an intent: new, and so with nothing undone. */
export function orderFromIntent(intent: OrderIntent): OrderRow {
  return {
    ...intent,
    amount: BigInt(intent.amount),
    fees: intent.fees.map(BigInt),
    reversedAmount: 0n,
    particulars: intent.particulars === null ? null : Buffer.from(intent.particulars, 'base64'),
  };
}
