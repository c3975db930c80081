import type { Call } from '#chassis/call-context.ts';
import { readDate } from '#chassis/dates.ts';
import { newId } from '#chassis/id.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import {
  type ImportScheduledPaymentRequest,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { readRecurrence } from '#rules/recurrence.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { sealParticulars } from '../particulars.ts';
import { type ScheduleRow, selectImported } from '../schedule-tables.ts';
import { endIn } from '../schedule-terms.ts';
import { answered, saveNew } from '../schedules.ts';

/** Brings in a standing order of another bank, which is never paid here. */
export function importScheduledPayment(context: Context): Rpcs<typeof TransactionService>['importScheduledPayment'] {
  return (request, call) =>
    context.commands.run(TransactionService.method.importScheduledPayment, request, call, {
      prepare: () => prepare(context, request, call),
      decide: async (tx, row) => {
        const known = await tx.query(selectImported(request.externalReference));
        if (known.length > 0) throw refuse('SCHEDULED_PAYMENT_EXISTS');
        const saved = await saveNew(tx, row, 'IMPORTED', call.principal?.partyId ?? '');
        return answered(tx, context.vault, saved, call);
      },
    });
}

async function prepare(context: Context, request: ImportScheduledPaymentRequest, call: Call): Promise<ScheduleRow> {
  const { accounts, vault } = context;
  const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { debtorAccountId, recurrenceRule, remittanceInformation, counterparty, externalReference } = request;
  // Whoever brings it in again hears so, whatever has become of the account since.
  const known = await context.database.query(selectImported(externalReference));
  if (known.length > 0) throw refuse('SCHEDULED_PAYMENT_EXISTS');
  if (recurrenceRule !== '' && !readRecurrence(recurrenceRule)) throw refuse('RECURRENCE_RULE_INVALID');
  // It takes the history of the account, and like that it comes while the account is migrating.
  const asked = { operation: Operation.MIGRATION, debtorAccountId, amount: toMoney({ currency, minor: amount }) };
  const { debtorPartyId: partyId } = await accounts.authorise(asked, call);
  return {
    id: newId('scp'),
    state: 'imported',
    debtorAccountId,
    creditorAccountId: null,
    partyId,
    currency,
    amount,
    sweeps: false,
    startDate: readDate('start_date', request.startDate)?.toString() ?? '',
    endDate: endIn(request.endDate),
    recurrenceRule,
    businessDayConvention: 'UNADJUSTED',
    calendarCode: '',
    maximumCount: 0,
    maximumTotal: null,
    retryDays: 0,
    particulars: await sealParticulars(vault, partyId, { remittanceInformation, counterparty }),
    actor: {},
    proved: false,
    dueDate: null,
    runDate: null,
    attempt: 0,
    underWay: false,
    paidCount: 0,
    paidTotal: 0n,
    version: 1,
    revision: 1,
    eventCount: 0,
    externalReference,
    createTime: Date.now(),
  };
}
