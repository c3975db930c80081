// The events that the ledger publishes. It consumes none: it calls nobody and waits for nobody.
import type { CommandTx } from '#chassis/command.ts';
import { type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { continueTrace, traceparentOf } from '#chassis/trace.ts';
import type { AccountingPeriod } from '#gen/bank/ledger/v1/general_ledger_pb.ts';
import type { Hold } from '#gen/bank/ledger/v1/hold_pb.ts';
import {
  AccountingPeriodClosedSchema,
  BusinessDateAdvancedSchema,
  BusinessDateClosedSchema,
  HoldCapturedSchema,
  HoldExpiredSchema,
  HoldExtendedSchema,
  HoldPlacedSchema,
  HoldReleasedSchema,
  JournalsPostedSchema,
  LedgerAccountChangedSchema,
  LedgerAccountOpenedSchema,
} from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import type { Journal, LedgerAccount } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Place } from './chain.ts';
import type { Stepped } from './holds.ts';
import type { Booked } from './posting.ts';

/** A ledger account was opened: the first event of its aggregate. */
export function publishAccountOpened(tx: CommandTx, ledgerAccount: LedgerAccount): void {
  tx.publish(LedgerAccountOpenedSchema, { ledgerAccount }, { id: ledgerAccount.ledgerAccountId, sequence: 1 });
}

/** A ledger account's limits, freeze or state changed. `revision` counts its events. */
export function publishAccountChanged(tx: CommandTx, ledgerAccount: LedgerAccount, revision: bigint): void {
  tx.publish(LedgerAccountChangedSchema, { ledgerAccount }, { id: ledgerAccount.ledgerAccountId, sequence: revision });
}

/** A day was put in CLOSING and the next one opened: the first event of the day that closes. */
export function publishBusinessDateAdvanced(tx: CommandTx, days: { openDate: string; closingDate: string }): void {
  tx.publish(BusinessDateAdvancedSchema, days, { id: `day_${days.closingDate}`, sequence: 1 });
}

/** A day was closed: its second and last event. */
export function publishBusinessDateClosed(tx: CommandTx, closedDate: string): void {
  tx.publish(BusinessDateClosedSchema, { closedDate }, { id: `day_${closedDate}`, sequence: 2 });
}

/** A period was closed: its only event. */
export function publishPeriodClosed(tx: CommandTx, period: AccountingPeriod): void {
  tx.publish(AccountingPeriodClosedSchema, { period }, { id: `period_${period.endDate}`, sequence: 1 });
}

/** About so many bytes of journals are told in one event: a message of the bus takes four times as much. */
const EVENT_BYTES = 256 << 10;
/** What a journal and an entry take at most, without metadata. */
const JOURNAL_BYTES = 1 << 10;
const ENTRY_BYTES = 256;

/** A journal that was posted, with its message. */
type PostedJournal = Pick<Booked, 'draft' | 'group'> & { readonly message: Journal };

/**
 * The journals of a block were posted, each on behalf of the one whom its poster names. Mostly it is one event: as many as
 * it takes, so that none is too large for the bus. They are the events of the block.
 */
export function journalsPosted(journals: readonly PostedJournal[], { lane, height }: Place): OutboxEvent[] {
  const nobody = { principal: undefined, origin: undefined, trace: continueTrace(undefined) };
  return inParts(journals).map((part, index) => {
    const event = {
      journals: part.map(({ message, draft, group }) => ({
        journal: message,
        traceparent: traceparentOf(group.call.trace),
        ...(draft.actor && { actor: draft.actor }),
      })),
    };
    return outboxEvent(JournalsPostedSchema, event, { id: `block_${lane}_${height}`, sequence: index + 1 }, nobody);
  });
}

function inParts(journals: readonly PostedJournal[]): PostedJournal[][] {
  const parts: PostedJournal[][] = [];
  let room = 0;
  for (const journal of journals) {
    const size = sizeOf(journal.message);
    if (size > room) {
      parts.push([]);
      room = EVENT_BYTES;
    }
    parts.at(-1)?.push(journal);
    room -= size;
  }
  return parts;
}

function sizeOf({ entries, metadata }: Journal): number {
  const written = Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return JOURNAL_BYTES + ENTRY_BYTES * entries.length + written;
}

const STEPS = {
  place: HoldPlacedSchema,
  extend: HoldExtendedSchema,
  capture: HoldCapturedSchema,
  release: HoldReleasedSchema,
  expire: HoldExpiredSchema,
} as const;

/** Something happened to a hold. Its version counts its events. */
export function holdStepped({ hold, step, journalId, actor, trace }: Stepped, message: Hold): OutboxEvent {
  const event = { hold: message, ...(journalId !== null && { journalId }) };
  const onBehalf = { principal: actor, origin: undefined, trace };
  return outboxEvent(STEPS[step.kind], event, { id: hold.id, sequence: step.version }, onBehalf);
}
