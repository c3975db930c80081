// The steps of an import: what one call brings is one order, planned as a whole, booked by one call to the ledger and
// settled as a whole. Its items keep their own keys and outcomes.
//
// Why nothing is booked twice: the journal of an item is named after its reference, so that whoever brings a reference
// again, at the same time or after a crash, means the same journal. Who settles an item first writes its outcome.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { packRefusal, unpackRefusal } from '#chassis/claims.ts';
import type { CommandTx } from '#chassis/command.ts';
import { sha256Hex } from '#chassis/digest.ts';
import { Code, type Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import type { ItemClaims, ItemOutcome, KeyedItem } from '#chassis/item-claims.ts';
import type { OrderSteps, Outcome } from '#chassis/order.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  type ImportedTransactionSchema,
  type ImportOutcomeSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import { type LegIntent, legsOf } from './domain/legs.ts';
import type { Booking } from './domain/words.ts';
import { publishImported } from './events.ts';
import { legMessages } from './journal-messages.ts';
import {
  type NewOrder,
  newOrder,
  type OrderIntent,
  orderFromIntent,
  orderIntent,
  publishSettled,
  resourcesOf,
  settledOf,
} from './movement.ts';
import { insertFirstChanges, insertOrders, type OrderRow } from './tables.ts';

type Method = typeof TransactionService.method.batchImportTransactions;

/** An item that is to be settled: what to book, or why it is not booked. */
export type ItemPlan = KeyedItem & ({ readonly history: History } | { readonly refusal: Refusal });

/** A transaction of another bank, as it is to be booked here. */
export interface History {
  /** Without what follows from the item's key: its reference, and the journal named after it. */
  readonly terms: NewOrder;
  readonly bookingDate: string;
  /** The ledger accounts of its two sides. */
  readonly debit: string;
  readonly credit: string;
}

/** An item as it stands in the database: without personal data in clear, and in plain JSON. */
type ItemIntent = { readonly key: string; readonly fingerprint: string } & (
  | (Omit<History, 'terms'> & { readonly order: OrderIntent })
  | { readonly refusal: string }
);

/** The clocks of the ledger and of this service are never further apart. */
const CLOCKS_APART_MS = 500;

/** The steps of an import. It is answered when it is settled. */
export function importSteps(
  { ledger }: Context,
  claims: ItemClaims<Method, typeof ImportedTransactionSchema>,
): OrderSteps<Method, readonly ItemPlan[], readonly ItemIntent[], readonly Outcome<Booking>[]> {
  return {
    method: TransactionService.method.batchImportTransactions,
    plan: async (_, items) => items.map((item) => intentOf(item)),
    carryOut: (items, { validateOnly, deadline, call }) =>
      ledger.postAll(journalsOf(items, validateOnly), { validateOnly, deadline, trace: call.trace }),
    settle: async (tx, items, outcome) => ({ outcomes: await settle(tx, claims, items, outcome) }),
    // Imports are recovered in the order in which they were planned, which is that of each account's history.
    row: () => 'import',
  };
}

/** The journal of a reference: named by its hash, as a reference may have any form. */
function importedJournalId(externalReference: string): string {
  return `jnl_${sha256Hex(externalReference).slice(0, 32)}`;
}

function intentOf(item: ItemPlan): ItemIntent {
  const claim = { key: item.key, fingerprint: item.fingerprint.toString('base64') };
  if ('refusal' in item) return { ...claim, refusal: packRefusal(item.refusal).toString('base64') };
  // Its id is made here, so that the ids of a call run as its bookings do.
  const { terms, bookingDate, debit, credit } = item.history;
  return { ...claim, order: orderIntent(newOrder(terms)), bookingDate, debit, credit };
}

/** The order of an item, with what follows from its key. */
function orderOf({ key, order }: { readonly key: string; readonly order: OrderIntent }): OrderRow {
  return orderFromIntent({ ...order, externalReference: key, journalId: importedJournalId(key) });
}

/**
 * The journals of an import. Each is booked after the one before it of the same account, or not yet, so that nothing can
 * put the history of an account out of order. They name nobody: history is the same whoever brings it.
 */
function journalsOf(items: readonly ItemIntent[], validateOnly: boolean) {
  const last = new Map<string, string>();
  return items.flatMap((item) => {
    if ('refusal' in item) return [];
    const { bookingDate } = item;
    const { journalId, debtorAccountId, creditorAccountId, currency } = orderOf(item);
    const accountId = debtorAccountId ?? creditorAccountId ?? '';
    const afterJournalId = validateOnly ? '' : (last.get(accountId) ?? '');
    last.set(accountId, journalId);
    const legs = legMessages(currency, legsFrom(item));
    return [{ journalId, kind: JournalKind.MIGRATION, legs, bookingDate, afterJournalId }];
  });
}

function legsFrom({ order, debit, credit }: { order: OrderIntent; debit: string; credit: string }): LegIntent[] {
  return legsOf({ debit, credit, currency: order.currency, amount: BigInt(order.amount) });
}

/** What became of an item: its order as it is written, if it is, and its claim's outcome. */
interface Settled extends KeyedItem {
  readonly order: OrderRow | undefined;
  /** Whether an earlier call had booked it, and was cut off before it could settle it. */
  readonly repeated: boolean;
  readonly outcome:
    | { readonly response: { outcomes: [{ externalReference: string; transactionId: string }] } }
    | { readonly refusal: Refusal };
}

async function settle(
  tx: CommandTx,
  claims: ItemClaims<Method, typeof ImportedTransactionSchema>,
  items: readonly ItemIntent[],
  outcome: Outcome<readonly Outcome<Booking>[]>,
) {
  const settled = settledItems(items, outcome);
  // Somebody else brought the same reference with other content, and is about to settle it.
  const taken = settled.filter(({ outcome: its }) => 'refusal' in its && its.refusal.code === Code.ALREADY_EXISTS);
  const ours = settled.filter((item) => !taken.includes(item));
  const before = await claims.settle(tx, ours);
  const written = ours.flatMap(({ key, order }) => (order && !before.has(key) ? [order] : []));
  for (const order of written) {
    tx.write(insertOrders, order);
    tx.write(insertFirstChanges, order);
    if (order.state === 'refused') publishSettled(tx, order);
  }
  const imported = written.filter(({ state }) => state !== 'refused');
  if (imported.length > 0) publishImported(tx, imported);
  tx.record({ resourceIds: [...new Set(written.flatMap((order) => resourcesOf(order)))], partyId: '' });
  return settled.map(({ key, repeated, outcome: its }) =>
    outcomeMessage(key, before.get(key) ?? its, repeated || before.has(key)),
  );
}

function settledItems(items: readonly ItemIntent[], outcome: Outcome<readonly Outcome<Booking>[]>): Settled[] {
  const results = 'value' in outcome ? [...outcome.value] : undefined;
  return items.map((item): Settled => {
    const keyed = { key: item.key, fingerprint: Buffer.from(item.fingerprint, 'base64') };
    if ('refusal' in item) {
      return {
        ...keyed,
        order: undefined,
        repeated: false,
        outcome: { refusal: unpackRefusal(Buffer.from(item.refusal, 'base64')) },
      };
    }
    const result = 'refusal' in outcome ? outcome : results?.shift();
    if (!result) throw new Error('an import has fewer results than items');
    const order = settledOf(orderOf(item), result);
    if ('refusal' in result) return { ...keyed, order, repeated: false, outcome: result };
    return {
      ...keyed,
      order,
      repeated: result.value.knownTime < order.createTime - CLOCKS_APART_MS,
      outcome: { response: { outcomes: [{ externalReference: item.key, transactionId: order.id }] } },
    };
  });
}

/** The outcome of an item as the contract writes it. */
export type OutcomeMessage = MessageInitShape<typeof ImportOutcomeSchema>;

/** Writes the outcome of an item; `repeated` tells that an earlier call began it. */
export function outcomeMessage(
  externalReference: string,
  outcome: ItemOutcome<Method>,
  repeated: boolean,
): OutcomeMessage {
  if ('refusal' in outcome) return { externalReference, refusal: refusalMessage(outcome.refusal) };
  return { externalReference, transactionId: outcome.response.outcomes?.[0]?.transactionId ?? '', repeated };
}
