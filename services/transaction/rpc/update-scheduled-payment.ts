import type { Call } from '#chassis/call-context.ts';
import { readDate } from '#chassis/dates.ts';
import { refuseCall } from '#chassis/errors.ts';
import { maskedFields } from '#chassis/mask.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type UpdateScheduledPaymentRequest,
  UpdateScheduledPaymentRequestSchema,
} from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse, refuseRequest } from '../domain/refusals.ts';
import { checkTerms, nextDue } from '../domain/scheduling.ts';
import { openParticulars, sealParticulars } from '../particulars.ts';
import type { ScheduleRow } from '../schedule-tables.ts';
import { amountIn, conventionFrom, endIn, requireCalendar, totalIn } from '../schedule-terms.ts';
import { answered, authoriseSchedule, lastDayOf, lockAtRest, readSchedule, saveChanged } from '../schedules.ts';

const MUTABLE = [
  'fixedAmount',
  'balanceAbove',
  'startDate',
  'recurrenceRule',
  'businessDayConvention',
  'calendarCode',
  'endDate',
  'maximumCount',
  'maximumTotal',
  'retryDays',
  'remittanceInformation',
] as const;
type Field = (typeof MUTABLE)[number];

/** Changes what a scheduled payment is from its next day on. */
export function updateScheduledPayment(context: Context): Rpcs<typeof TransactionService>['updateScheduledPayment'] {
  return (request, call) =>
    context.commands.run(TransactionService.method.updateScheduledPayment, request, call, {
      prepare: () => prepare(context, request, call),
      decide: async (tx, changed) => {
        const row = await lockAtRest(tx, changed.id);
        if (row.state !== 'active' && row.state !== 'paused') throw refuse('SCHEDULED_PAYMENT_ENDED');
        if (request.etag !== '' && request.etag !== String(row.version)) throw refuseCall('ETAG_MISMATCH');
        // Another change, or a payment, came in between: once more, from the start.
        if (row.revision !== changed.revision) throw refuse('SCHEDULED_PAYMENT_BUSY');
        const saved = await saveChanged(tx, changed, 'CHANGED', call.principal?.partyId ?? '');
        return answered(tx, context.vault, saved, call);
      },
    });
}

async function prepare(context: Context, request: UpdateScheduledPaymentRequest, call: Call): Promise<ScheduleRow> {
  const fields = maskedFields(UpdateScheduledPaymentRequestSchema, request, request.updateMask, MUTABLE);
  const row = await readSchedule(context.database, request.scheduledPaymentId);
  if (row.state !== 'active' && row.state !== 'paused') throw refuse('SCHEDULED_PAYMENT_ENDED');
  const terms = termsOf(row, request, fields);
  const { openDate } = await context.clock.read();
  // What has begun goes on from its old beginning; a new rule, and what is made once, begin later than today.
  if (fields.includes('startDate') || fields.includes('recurrenceRule')) checkTerms(terms, openDate);
  else checkTerms(terms, Temporal.PlainDate.from(row.startDate).subtract({ days: 1 }));
  await requireCalendar(context, terms);
  const isOver = terms.maximumCount > 0 && terms.maximumCount <= row.paidCount;
  if (isOver || (terms.maximumTotal ?? row.paidTotal + 1n) <= row.paidTotal) throw refuse('SCHEDULE_INVALID');
  const { requestId, validateOnly } = request;
  const { debtorAccountId, creditorAccountId, currency } = row;
  const creditor = { case: 'creditorAccountId' as const, value: creditorAccountId ?? '' };
  const { amount, sweeps } = terms;
  const asked = { requestId, validateOnly, debtorAccountId, creditor, currency, amount, sweeps };
  const { proved, actor } = await authoriseSchedule(context, asked, call);
  const after = dayBefore(row, fields, await lastDayOf(context, row));
  const due = await nextDue(terms, after, context.holidays);
  if (!due) throw refuse('RECURRENCE_RULE_INVALID');
  const isActive = row.state === 'active';
  // What was tried already is tried again on its day.
  const isTried = row.attempt > 0 && due.dueDate === row.dueDate;
  return {
    ...row,
    ...terms,
    proved,
    actor,
    particulars: await particularsOf(context, row, request, fields),
    dueDate: isActive ? due.dueDate : null,
    runDate: isActive ? (isTried ? row.runDate : due.runDate) : null,
    attempt: isTried ? row.attempt : 0,
    version: row.version + 1,
  };
}

/** The day after which it is due next: what is due now stays due, unless the days themselves are others. */
function dayBefore({ dueDate }: ScheduleRow, fields: readonly Field[], lastDay: Temporal.PlainDate) {
  const isMoved = fields.includes('startDate') || fields.includes('recurrenceRule') || dueDate === null;
  return isMoved ? lastDay : Temporal.PlainDate.from(dueDate).subtract({ days: 1 });
}

function termsOf(row: ScheduleRow, request: UpdateScheduledPaymentRequest, fields: readonly Field[]): ScheduleRow {
  const has = (name: Field) => fields.includes(name);
  const isAmount = has('fixedAmount') || has('balanceAbove');
  const amount = isAmount ? amountIn(request.amount) : row;
  if (amount.currency !== row.currency) throw refuseRequest('CURRENCY_MISMATCH');
  const { sweeps, amount: minor } = amount;
  return {
    ...row,
    sweeps,
    amount: minor,
    startDate: (has('startDate') && readDate('start_date', request.startDate)?.toString()) || row.startDate,
    recurrenceRule: has('recurrenceRule') ? request.recurrenceRule : row.recurrenceRule,
    businessDayConvention: has('businessDayConvention')
      ? conventionFrom(request.businessDayConvention)
      : row.businessDayConvention,
    calendarCode: has('calendarCode') ? request.calendarCode : row.calendarCode,
    endDate: has('endDate') ? endIn(request.endDate) : row.endDate,
    maximumCount: has('maximumCount') ? request.maximumCount : row.maximumCount,
    maximumTotal: has('maximumTotal') ? totalIn(request.maximumTotal, row.currency) : row.maximumTotal,
    retryDays: has('retryDays') ? request.retryDays : row.retryDays,
  };
}

async function particularsOf(
  { vault }: Context,
  row: ScheduleRow,
  { remittanceInformation }: UpdateScheduledPaymentRequest,
  fields: readonly Field[],
): Promise<Buffer | null> {
  const text = fields.includes('remittanceInformation')
    ? { remittanceInformation }
    : await openParticulars(vault, row.particulars);
  return sealParticulars(vault, row.partyId, text);
}
