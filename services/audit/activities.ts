// What of the events that the audit hears monitoring looks at. It is written in the transaction that remembers that they were heard.
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { CommandTx } from '#chassis/command.ts';
import { fromMoney } from '#chassis/money.ts';
import type { AccountWoken } from '#gen/bank/account/v1/account_events_pb.ts';
import { AccountState } from '#gen/bank/account/v1/account_pb.ts';
import { type AuditRecord, RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import type { SanctionsHitFound } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { TransactionPosted } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Activity, ActivityWord } from './domain/activity.ts';
import { insertActivities } from './monitoring-tables.ts';

/** What of a record is about customers, and how much of it is looked at. */
const OF_CUSTOMERS = /^(?:acc|cus)_\w+$/;
const RESOURCES_MAX = 50;

/** Has monitoring look at a record: at what staff does, and at refusals of access to anybody. */
export function watchRecord(tx: Pick<CommandTx, 'write'>, record: AuditRecord): void {
  const { actor, kind, eventId, recordId, occurTime } = record;
  // Of a refused login nobody knows who tried.
  if (!actor?.partyId || !occurTime || kind === RecordKind.REFUSED_LOGIN) return;
  const resourceIds = record.resourceIds.filter((id) => OF_CUSTOMERS.test(id)).slice(0, RESOURCES_MAX);
  const activity = { subjectId: actor.partyId, timeMs: timestampMs(occurTime), eventId, recordId, resourceIds };
  const kinds: ActivityWord[] = [
    ...(kind === RecordKind.REFUSED_ACCESS ? (['DENIED'] as const) : []),
    ...(actor.audience === Audience.STAFF ? (['STAFF_ACCESS'] as const) : []),
  ];
  for (const word of kinds) tx.write(insertActivities, { ...activity, kind: word });
}

/** Has monitoring look at a customer who was found to be like a party on a sanctions list. */
export function watchHit(
  tx: Pick<CommandTx, 'write'>,
  { customerId: subjectId, hitId }: SanctionsHitFound,
  { eventId, occurTime }: EventEnvelope,
): void {
  if (!occurTime) return;
  const timeMs = timestampMs(occurTime);
  const what = { kind: 'SANCTIONS_HIT', recordId: '', resourceIds: [hitId, subjectId] } as const;
  tx.write(insertActivities, { subjectId, timeMs, eventId, ...what });
}

/** Has monitoring look at an account that was dormant and is not any more. */
export function watchWoken(
  tx: Pick<CommandTx, 'write'>,
  { accountId: subjectId, fromState }: AccountWoken,
  { eventId, occurTime }: EventEnvelope,
): void {
  if (!occurTime || fromState !== AccountState.DORMANT) return;
  const what = { kind: 'WOKEN', recordId: '', resourceIds: [subjectId] } as const;
  tx.write(insertActivities, { subjectId, timeMs: timestampMs(occurTime), eventId, ...what });
}

/** What a transaction does to either of its accounts. Reversals and history are nobody's doing of today. */
const MOVES: Partial<Record<TransactionType, { readonly debtor?: ActivityWord; readonly creditor?: ActivityWord }>> = {
  [TransactionType.CASH_DEPOSIT]: { creditor: 'CASH_IN' },
  [TransactionType.CASH_WITHDRAWAL]: { debtor: 'PAID_OUT' },
  [TransactionType.TRANSFER]: { debtor: 'PAID_OUT', creditor: 'PAID_IN' },
  [TransactionType.OUTGOING_TRANSFER]: { debtor: 'PAID_OUT' },
  [TransactionType.CARD_PAYMENT]: { debtor: 'PAID_OUT' },
  [TransactionType.INCOMING_TRANSFER]: { creditor: 'PAID_IN' },
  [TransactionType.CHEQUE_PAYMENT]: { debtor: 'PAID_OUT', creditor: 'PAID_IN' },
  [TransactionType.CHEQUE_DEPOSIT]: { creditor: 'PAID_IN' },
};

/** Has monitoring look at a transaction that was booked. */
export function watchTransaction(
  tx: Pick<CommandTx, 'write'>,
  event: TransactionPosted,
  { eventId, occurTime }: EventEnvelope,
): void {
  const { type, debtorAccountId, creditorAccountId, transactionId, amount } = event;
  const { debtor, creditor } = MOVES[type] ?? {};
  if (!amount || !occurTime) return;
  const { currency, minor } = fromMoney(amount);
  const activity: Omit<Activity, 'subjectId' | 'kind'> = {
    timeMs: timestampMs(occurTime),
    eventId,
    recordId: '',
    resourceIds: [transactionId],
    amount: { currency, minor },
  };
  if (debtor) tx.write(insertActivities, { ...activity, subjectId: debtorAccountId, kind: debtor });
  if (creditor) tx.write(insertActivities, { ...activity, subjectId: creditorAccountId, kind: creditor });
}
