// What the RPCs of scheduled payments share: who may order one, its message, and how what changes of it is written and told.
import { create, toJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { actorOf, type Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Database } from '#chassis/database.ts';
import { toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import {
  BusinessDayConvention,
  type ScheduledPayment,
  ScheduledPaymentSchema,
  ScheduledPaymentState,
} from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { ScheduledPaymentChangedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from './context.ts';
import type { Creditor } from './creditors.ts';
import { refuse } from './domain/refusals.ts';
import type { ScheduleState } from './domain/scheduling.ts';
import { openParticulars } from './particulars.ts';
import {
  insertSchedule,
  insertScheduleChange,
  lockSchedule,
  type ScheduleChange,
  type ScheduleRow,
  scheduleFrom,
  selectLastRun,
  selectSchedule,
  selectScheduleChanges,
  updateSchedule,
} from './schedule-tables.ts';

export const SCHEDULE_STATES: Readonly<Record<ScheduleState, ScheduledPaymentState>> = {
  active: ScheduledPaymentState.ACTIVE,
  paused: ScheduledPaymentState.PAUSED,
  completed: ScheduledPaymentState.COMPLETED,
  failed: ScheduledPaymentState.FAILED,
  cancelled: ScheduledPaymentState.CANCELLED,
  imported: ScheduledPaymentState.IMPORTED,
};

/** What is asked of whoever schedules a payment. */
interface AskedSchedule {
  readonly requestId: string;
  readonly validateOnly: boolean;
  readonly debtorAccountId: string;
  readonly creditor: Creditor;
  readonly currency: string;
  readonly amount: bigint;
  readonly sweeps: boolean;
}

/**
 * Whether the caller may order such a payment now, as what it takes from and pays to; as whom it is paid, and whether they have proved
 * it. Throws the refusal of what they may not. What a sweep comes to is not known yet: it is judged by the least amount.
 */
export async function authoriseSchedule(context: Context, asked: AskedSchedule, call: Call) {
  const { accounts, scoring, proving } = context;
  const { currency, requestId, validateOnly, debtorAccountId: debtor, creditor } = asked;
  const amount = { currency, minor: asked.sweeps ? 1n : asked.amount };
  const operation = Operation.TRANSFER;
  const wanted = { operation, debtorAccountId: debtor, creditor, amount: toMoney(amount) };
  const allowed = await accounts.authorise(wanted, call);
  if (allowed.signaturesRequired) throw refuse('SIGNATURES_REQUIRED');
  const { debtorPartyId: partyId, debtorAccountId, creditorAccountId } = allowed;
  const looked = { debtorAccountId, creditorAccountId, amount };
  const verdict = await scoring(looked, call);
  if (verdict.kind === 'REFUSE') throw verdict.refusal;
  // What would be held moves nothing yet: it is looked at when it is paid.
  const isAsked = verdict.kind === 'PROVE';
  const proved = isAsked && (await proving(looked, { requestId, validateOnly }, call)) && !asked.sweeps;
  return { partyId, debtorAccountId, creditorAccountId, proved, actor: toJson(ActorSchema, actorOf(call)) };
}

/** A scheduled payment. Refuses SCHEDULED_PAYMENT_NOT_FOUND. */
export async function readSchedule({ query }: Pick<Database | CommandTx, 'query'>, id: string): Promise<ScheduleRow> {
  const [raw] = await query(selectSchedule(id));
  if (!raw) throw refuse('SCHEDULED_PAYMENT_NOT_FOUND');
  return scheduleFrom(raw);
}

/** The same, with the key at hand that the answer of a command about it is sealed with. */
export async function readyFor({ database, vault }: Context, id: string): Promise<ScheduleRow> {
  const row = await readSchedule(database, id);
  await vault.ready(row.partyId);
  return row;
}

/** The day after which what goes on, or gets other days, is due again: today, or later where a later day was paid or tried before it. */
export async function lastDayOf({ clock, database }: Context, { id }: ScheduleRow): Promise<Temporal.PlainDate> {
  const { openDate } = await clock.read();
  const [last] = await database.query(selectLastRun(id));
  const day = last?.dueDate ? Temporal.PlainDate.from(last.dueDate) : openDate;
  return Temporal.PlainDate.compare(day, openDate) > 0 ? day : openDate;
}

/** The same, locked. While a payment of it is on its way, nothing is changed: whoever wants to, waits and asks again. */
export async function lockAtRest(tx: Pick<CommandTx, 'query'>, id: string): Promise<ScheduleRow> {
  const [raw] = await tx.query(lockSchedule(id));
  if (!raw) throw refuse('SCHEDULED_PAYMENT_NOT_FOUND');
  if (raw.underWay) throw refuse('SCHEDULED_PAYMENT_BUSY');
  return scheduleFrom(raw);
}

/** Writes a new one, and tells. */
export async function saveNew(tx: CommandTx, row: ScheduleRow, reason: string, actorId: string): Promise<ScheduleRow> {
  await tx.execute(insertSchedule({ ...row, eventCount: 1 }));
  return told(tx, { ...row, eventCount: 1 }, reason, actorId);
}

/** Writes a change of one, and tells. */
export async function saveChanged(
  tx: CommandTx,
  row: ScheduleRow,
  reason: string,
  actorId: string,
): Promise<ScheduleRow> {
  const changed = { ...row, eventCount: row.eventCount + 1 };
  await tx.execute(updateSchedule(changed));
  return told(tx, changed, reason, actorId);
}

async function told(tx: CommandTx, row: ScheduleRow, reason: string, actorId: string): Promise<ScheduleRow> {
  const { id, state, version, debtorAccountId, eventCount } = row;
  const change: ScheduleChange = { state, version, reason, actorId, time: Date.now() };
  await tx.execute(insertScheduleChange(row, eventCount, change));
  const event = { scheduledPaymentId: id, debtorAccountId, state: SCHEDULE_STATES[state], version, reason };
  tx.publish(ScheduledPaymentChangedSchema, event, { id, sequence: eventCount });
  return row;
}

/** Answers a command about one with its message, and records it. */
export async function answered(tx: CommandTx, vault: Vault, row: ScheduleRow, call: Call) {
  const { id, debtorAccountId, creditorAccountId, partyId } = row;
  const resourceIds = [id, debtorAccountId, creditorAccountId].filter((resource) => resource !== null);
  tx.record({ resourceIds, partyId });
  const changes = await tx.query(selectScheduleChanges([id]));
  return { scheduledPayment: await scheduleMessage(vault, row, changes, call) };
}

/** The message of one, with its personal texts opened. */
export async function scheduleMessage(
  vault: Vault,
  row: ScheduleRow,
  changes: readonly ScheduleChange[],
  { principal }: Pick<Call, 'principal'>,
): Promise<ScheduledPayment> {
  const isStaff = principal?.audience === Audience.STAFF;
  const { currency, amount: minor, sweeps, maximumTotal } = row;
  const amount = toMoney({ currency, minor });
  return create(ScheduledPaymentSchema, {
    ...(await openParticulars(vault, row.particulars)),
    scheduledPaymentId: row.id,
    state: SCHEDULE_STATES[row.state],
    debtorAccountId: row.debtorAccountId,
    creditorAccountId: row.creditorAccountId ?? '',
    amount: sweeps ? { case: 'balanceAbove', value: amount } : { case: 'fixedAmount', value: amount },
    startDate: row.startDate,
    recurrenceRule: row.recurrenceRule,
    businessDayConvention: BusinessDayConvention[row.businessDayConvention],
    calendarCode: row.calendarCode,
    endDate: row.endDate ?? '',
    maximumCount: row.maximumCount,
    ...(maximumTotal !== null && { maximumTotal: toMoney({ currency, minor: maximumTotal }) }),
    retryDays: row.retryDays,
    nextDueDate: row.dueDate ?? '',
    nextRunDate: row.runDate ?? '',
    paidCount: row.paidCount,
    paidTotal: toMoney({ currency, minor: row.paidTotal }),
    etag: String(row.version),
    changes: changes.map(({ state, version, time, reason, actorId }) => ({
      state: SCHEDULE_STATES[state],
      version,
      changeTime: timestampFromMs(time),
      reason,
      // Who of the staff did something is the bank's affair.
      actorId: isStaff || !actorId.startsWith('stf_') ? actorId : '',
    })),
    createTime: timestampFromMs(row.createTime),
    externalReference: row.externalReference ?? '',
  });
}
