// One try to pay what is due of a scheduled payment: a transfer in the name of whoever scheduled it, under a key of the bank's own that
// follows from the payment and from how often it has changed. What becomes of the day is written in the commits of that transfer, so
// that it is paid once, whatever is killed: with its plan that it is ordered, with its settling what the ledger said.
import { create } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { isPassingRefusal, Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import { type Outcome, outcomeOf } from '#chassis/order.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { ScheduledPaymentFailedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { feesOf } from './charges.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import {
  afterPaid,
  afterRefused,
  amountDue,
  type Due,
  nextDue,
  onTo,
  type Progress,
  runDateOf,
} from './domain/scheduling.ts';
import type { Booking } from './domain/words.ts';
import type { Movement } from './movement.ts';
import { openParticulars } from './particulars.ts';
import {
  insertRuns,
  lockSchedule,
  type NewRun,
  refuseRun,
  type ScheduleRow,
  scheduleFrom,
  updateSchedule,
} from './schedule-tables.ts';
import { saveChanged } from './schedules.ts';
import { prepareTransfer, rehearse } from './transferring.ts';

/** A try, as it was prepared: what is to be booked, or why nothing is. */
export interface Attempt {
  readonly schedule: Pick<ScheduleRow, 'id' | 'revision'>;
  readonly days: Days;
  readonly result:
    | { readonly movement: Movement; readonly amount: bigint }
    | { readonly left: 'refused' | 'skipped'; readonly reason: string };
}

/** The business day of a try, the day after it on which it is tried again, and what is due after it. In plain JSON. */
export interface Days {
  readonly runDate: string;
  readonly again: string;
  readonly next: Due | null;
}

/** What a try's settling needs, in plain JSON. */
export interface AttemptIntent {
  readonly id: string;
  readonly attempt: number;
  readonly dueDate: string;
  readonly days: Days;
  readonly amount: string;
}

/** Of a try with nothing to book: whose it is. */
export interface LeftIntent {
  readonly left: string;
  readonly partyId: string;
}

/** Prepares a try on a business day. What the account service or the ledger refuses is what becomes of it; what passes is thrown. */
export async function prepareAttempt(
  context: Context,
  row: ScheduleRow,
  openDate: Temporal.PlainDate,
  call: Call,
): Promise<Attempt> {
  const due = Temporal.PlainDate.from(row.dueDate ?? '');
  const tomorrow = openDate.add({ days: 1 });
  const following = { ...row, businessDayConvention: 'FOLLOWING' as const };
  const days = {
    runDate: openDate.toString(),
    again: (await runDateOf(following, tomorrow, context.holidays)).toString(),
    next: await nextDue(row, due, context.holidays),
  };
  const { id, revision } = row;
  return { schedule: { id, revision }, days, result: await resultOf(context, row, call) };
}

async function resultOf(context: Context, row: ScheduleRow, call: Call): Promise<Attempt['result']> {
  try {
    const amount = await amountOf(context, row, call);
    if (amount <= 0n) return { left: 'skipped', reason: 'NOTHING_TO_PAY' };
    return { movement: await movementOf(context, row, amount, call), amount };
  } catch (error) {
    if (!(error instanceof Refusal)) {
      call.log.error({ err: error, schedule: row.id }, 'a scheduled payment was set aside');
      return { left: 'refused', reason: 'INTERNAL' };
    }
    // Whoever is only away is waited for; but not who fails, and not who may not let pass what nobody can score.
    if (isPassingRefusal(error) && !['INTERNAL', 'SCORING_UNAVAILABLE'].includes(error.reason)) throw error;
    return { left: 'refused', reason: error.reason };
  }
}

async function amountOf({ accounts, ledger }: Context, row: ScheduleRow, call: Call): Promise<bigint> {
  const { currency } = row;
  if (!row.sweeps) return amountDue(row, row, 0n, () => 0n);
  // What it costs follows from the product of the account, whatever the amount.
  const { fee } = await accounts.authorise({ ...askedOf(row), amount: toMoney({ currency, minor: 1n }) }, call);
  const balance = await ledger.unheld(deriveId('lac', row.debtorAccountId), call);
  return amountDue(row, row, balance, (amount) =>
    amount > 0n ? feesOf(fee, currency, amount).reduce((sum, one) => sum + one, 0n) : 0n,
  );
}

function askedOf({ debtorAccountId, creditorAccountId }: ScheduleRow) {
  const creditor = { case: 'creditorAccountId' as const, value: creditorAccountId ?? '' };
  return { operation: Operation.TRANSFER, debtorAccountId, creditor };
}

async function movementOf(context: Context, row: ScheduleRow, amount: bigint, call: Call): Promise<Movement> {
  const { debtorAccountId, creditor } = askedOf(row);
  const { remittanceInformation } = await openParticulars(context.vault, row.particulars);
  const money = toMoney({ currency: row.currency, minor: amount });
  const request = create(TransactionService.method.transferFunds.input, {
    debtorAccountId,
    creditor,
    amount: money,
    remittanceInformation,
  });
  // Nobody is there to prove anything. What was proved when it was scheduled is; else it is held, as of somebody who cannot.
  const movement = await prepareTransfer({ ...context, proving: async () => row.proved }, request, call);
  // What the ledger refuses is no transaction of the customer, and is tried again.
  if (movement.awaits === undefined && movement.review?.state !== 'open') await rehearse(context, movement, call);
  return movement;
}

/** Writes what is known of a try, under the lock of its payment; `order` writes the transfer. */
export async function planAttempt<Intent extends object>(
  tx: CommandTx,
  { schedule, days, result }: Attempt,
  order: (movement: Movement) => Promise<Intent>,
): Promise<(Intent & { readonly scheduled: AttemptIntent }) | LeftIntent> {
  const [raw] = await tx.query(lockSchedule(schedule.id));
  // It was changed, paused, cancelled or paid since.
  if (!raw || raw.revision !== schedule.revision || raw.state !== 'active') throw refuse('SCHEDULED_PAYMENT_NOT_DUE');
  const row = scheduleFrom(raw);
  const { id, attempt, partyId } = row;
  const dueDate = row.dueDate ?? '';
  const run = { id, attempt, dueDate, runDate: days.runDate };
  let left = result;
  if ('movement' in left) {
    const { amount, movement } = left;
    const ordered = await outcomeOf(() => order(movement));
    if ('value' in ordered) {
      // Behind its transaction, which it names.
      tx.write(insertRuns, { ...run, amount, outcome: 'ordered', reason: '', transactionId: movement.order.id });
      await tx.execute(updateSchedule({ ...row, underWay: true }));
      return { ...ordered.value, scheduled: { id, attempt, dueDate, days, amount: String(amount) } };
    }
    // What refuses it as it is planned has written nothing, and is what became of the try: too little is left of the day's limit.
    left = { left: 'refused', reason: ordered.refusal.reason };
  }
  const { left: outcome, reason } = left;
  const amount = row.sweeps ? null : row.amount;
  await tx.execute(insertRuns([{ ...run, amount, outcome, reason, transactionId: null }]));
  if (outcome === 'refused') await refused(tx, row, { dueDate, reason, amount }, days);
  else await save(tx, row, onTo(row, days.next), 'ENDED');
  return { left: id, partyId };
}

/** Writes what became of the transfer of a try. */
export async function settleAttempt(
  tx: CommandTx,
  { id, attempt, dueDate, days, amount }: AttemptIntent,
  outcome: Outcome<Booking | null>,
): Promise<void> {
  const [raw] = await tx.query(lockSchedule(id));
  if (!raw) throw new Error(`the scheduled payment ${id} is gone`);
  const row = { ...scheduleFrom(raw), underWay: false };
  if ('value' in outcome) {
    await save(tx, row, afterPaid(row, row, BigInt(amount), days.next), 'PAID');
    return;
  }
  const { reason } = outcome.refusal;
  await tx.execute(refuseRun({ id, dueDate, attempt, reason }));
  await refused(tx, row, { dueDate, reason, amount: BigInt(amount) }, days);
}

async function refused(
  tx: CommandTx,
  row: ScheduleRow,
  { dueDate, reason, amount }: Pick<NewRun, 'dueDate' | 'reason' | 'amount'>,
  days: Days,
): Promise<void> {
  const { isGivenUp, ...progress } = afterRefused(row, row, reason, days);
  if (!isGivenUp) {
    await save(tx, row, progress, reason);
    return;
  }
  const { id, debtorAccountId, currency } = row;
  const counted = { ...row, eventCount: row.eventCount + 1 };
  const money = amount === null ? {} : { amount: toMoney({ currency, minor: amount }) };
  const event = { scheduledPaymentId: id, debtorAccountId, dueDate, reason, ...money };
  tx.publish(ScheduledPaymentFailedSchema, event, { id, sequence: counted.eventCount });
  await save(tx, counted, progress, progress.state === 'failed' ? reason : 'ENDED');
}

/** Writes how far one is; another state is told, with why it came to it. */
async function save(tx: CommandTx, row: ScheduleRow, progress: Progress, reason: string): Promise<void> {
  const after = { ...row, ...progress };
  if (progress.state === row.state) await tx.execute(updateSchedule(after));
  else await saveChanged(tx, after, reason, '');
}
