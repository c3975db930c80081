// The events that the ledger publishes. It consumes none: it calls nobody and waits for nobody.
import type { CommandTx } from '#chassis/command.ts';
import { type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
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
  JournalPostedSchema,
  LedgerAccountChangedSchema,
  LedgerAccountOpenedSchema,
} from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import type { Journal, LedgerAccount } from '#gen/bank/ledger/v1/ledger_pb.ts';
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

/** A journal was posted, on behalf of the one whom its poster names. */
export function journalPosted({ draft, group }: Booked, journal: Journal): OutboxEvent {
  const onBehalf = { principal: draft.actor, origin: undefined, trace: group.call.trace };
  return outboxEvent(JournalPostedSchema, { journal }, { id: draft.id, sequence: 1 }, onBehalf);
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
