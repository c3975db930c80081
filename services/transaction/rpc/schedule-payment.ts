import type { Call } from '#chassis/call-context.ts';
import { requireDate } from '#chassis/dates.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { SchedulePaymentRequest } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { toPay } from '../creditors.ts';
import { checkTerms, nextDue } from '../domain/scheduling.ts';
import { sealParticulars } from '../particulars.ts';
import type { ScheduleRow } from '../schedule-tables.ts';
import { amountIn, conventionFrom, endIn, requireCalendar, totalIn } from '../schedule-terms.ts';
import { answered, authoriseSchedule, saveNew } from '../schedules.ts';

/** Schedules a transfer. */
export function schedulePayment(context: Context): Rpcs<typeof TransactionService>['schedulePayment'] {
  return (request, call) =>
    context.commands.run(TransactionService.method.schedulePayment, request, call, {
      prepare: () => prepare(context, request, call),
      decide: async (tx, row) => {
        const saved = await saveNew(tx, row, 'SCHEDULED', call.principal?.partyId ?? '');
        return answered(tx, context.vault, saved, call);
      },
    });
}

async function prepare(context: Context, request: SchedulePaymentRequest, call: Call): Promise<ScheduleRow> {
  const { requestId, validateOnly, debtorAccountId, remittanceInformation } = request;
  const { currency, ...amount } = amountIn(request.amount);
  const terms = {
    ...amount,
    startDate: requireDate('start_date', request.startDate).toString(),
    recurrenceRule: request.recurrenceRule,
    businessDayConvention: conventionFrom(request.businessDayConvention),
    calendarCode: request.calendarCode,
    endDate: endIn(request.endDate),
    maximumCount: request.maximumCount,
    maximumTotal: totalIn(request.maximumTotal, currency),
    retryDays: request.retryDays,
  };
  const { creditor } = await toPay(context, request.creditor, call);
  const { openDate } = await context.clock.read();
  checkTerms(terms, openDate);
  await requireCalendar(context, terms);
  const asked = { requestId, validateOnly, debtorAccountId, creditor, currency, ...amount };
  const allowed = await authoriseSchedule(context, asked, call);
  const due = await nextDue(terms, openDate, context.holidays);
  return {
    id: newId('scp'),
    state: 'active',
    ...allowed,
    currency,
    ...terms,
    dueDate: due?.dueDate ?? null,
    runDate: due?.runDate ?? null,
    particulars: await sealParticulars(context.vault, allowed.partyId, { remittanceInformation }),
    attempt: 0,
    underWay: false,
    paidCount: 0,
    paidTotal: 0n,
    version: 1,
    revision: 1,
    eventCount: 0,
    externalReference: null,
    createTime: Date.now(),
  };
}
