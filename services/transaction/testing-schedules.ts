// What the tests of scheduled payments share: requests to schedule one, and what became of it in short.
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import {
  ScheduledPaymentRunState,
  ScheduledPaymentState,
  type SchedulePaymentRequestSchema,
} from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import type { Bank } from '../_testbed/bank.ts';
import { aRequestId, as, czk, of, there } from './testing.ts';

/** As much of the bank as payments of days to come need. */
export const SCHEDULING = {
  edge: false,
  services: ['ledger', 'customer', 'account', 'transaction'],
} as const;

type Request = Exclude<MessageInitShape<typeof SchedulePaymentRequestSchema>, { $typeName: string }>;

/** Waits until the step of the ends of the days is there, in which scheduled payments are made. */
export async function untilRegistered(bank: Bank): Promise<void> {
  const find = () => bank.database('ledger').query(`select from day_step_kind where name = 'pay-scheduled'`);
  while ((await find()).length === 0) await sleep(20);
}

/** A day so many days after the open one. */
export async function dayIn(bank: Bank, days: number): Promise<string> {
  const { openDate } = await bank.as(LedgerService, 'transaction').getBusinessDate({});
  return Temporal.PlainDate.from(openDate).add({ days }).toString();
}

/** A request to pay an amount on a day, once unless it says otherwise. */
export function aSchedule(
  debtor: Pick<Account, 'accountId'>,
  creditor: Pick<Account, 'accountId'>,
  startDate: string,
  terms: Partial<Request> = {},
) {
  return {
    requestId: aRequestId(),
    debtorAccountId: debtor.accountId,
    creditor: { case: 'creditorAccountId' as const, value: creditor.accountId },
    amount: { case: 'fixedAmount' as const, value: czk('10') },
    startDate,
    ...terms,
  };
}

/** Schedules a payment as a customer, and answers its id. */
export async function scheduled(bank: Bank, customerId: string, request: Request): Promise<string> {
  const answer = await of(bank, customerId).schedulePayment(request);
  return there(answer.scheduledPayment).scheduledPaymentId;
}

/** A scheduled payment as staff see it. */
export async function scheduleOf(bank: Bank, scheduledPaymentId: string) {
  return there((await as(bank, 'BACK_OFFICE').getScheduledPayment({ scheduledPaymentId })).scheduledPayment);
}

/** Where it is, in short: `ACTIVE 2 20.00`. */
export async function scheduleInShort(bank: Bank, id: string): Promise<string> {
  const { state, paidCount, paidTotal } = await scheduleOf(bank, id);
  const word = Object.entries(ScheduledPaymentState).find(([, value]) => value === state)?.[0];
  return `${word} ${paidCount} ${paidTotal?.amount}`;
}

/** What became of its days, oldest first, in short: `2026-01-31 0 REFUSED 10.00 INSUFFICIENT_FUNDS`; days are counted from `first`. */
export async function runsInShort(bank: Bank, scheduledPaymentId: string, first: string): Promise<string[]> {
  const { runs } = await as(bank, 'BACK_OFFICE').listScheduledPaymentRuns({ scheduledPaymentId, pageSize: 1_000 });
  const dayOf = (date: string) => Temporal.PlainDate.from(first).until(date).days;
  return runs.toReversed().map(({ dueDate, runDate, state, amount, reason }) => {
    const word = Object.entries(ScheduledPaymentRunState).find(([, value]) => value === state)?.[0] ?? '';
    return [dayOf(dueDate), dayOf(runDate), word, amount?.amount, reason]
      .filter((part) => part !== undefined && part !== '')
      .join(' ');
  });
}
