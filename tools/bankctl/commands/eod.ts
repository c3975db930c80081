import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { AccountService, RetrySetAsideAccountsResponseSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { DayStepState, type EndOfDay } from '#gen/bank/ledger/v1/end_of_day_pb.ts';
import {
  CloseBusinessDateResponseSchema,
  GetEndOfDayResponseSchema,
  LedgerService,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { WriteOptions } from '../cli/run.ts';
import { table, word } from '../output.ts';
import type { Session } from '../session.ts';

/** Ends a day: the one that closes where there is one, else the open one. */
export async function runEndOfDay({ bank, out }: Session): Promise<void> {
  const ledger = bank().client(LedgerService);
  const { openDate, closingDates } = await ledger.getBusinessDate({});
  const closingDate = closingDates[0] ?? openDate;
  if (closingDates.length === 0) await ledger.advanceBusinessDate({ requestId: randomUUID(), openDate });
  for await (const { days } of ledger.watchEndOfDay({}, { timeoutMs: 0 })) {
    const day = days.find(({ businessDate }) => businessDate === closingDate);
    // Without one, the day's timer was faster.
    if (!day || day.steps.every(({ state }) => state === DayStepState.DONE)) break;
  }
  const { days } = await ledger.getEndOfDay({ businessDate: closingDate });
  const still = (await ledger.getBusinessDate({})).closingDates.includes(closingDate);
  if (still) await ledger.closeBusinessDate({ requestId: randomUUID(), closingDate });
  const closed = create(CloseBusinessDateResponseSchema, { closedDate: closingDate });
  await out.message(
    CloseBusinessDateResponseSchema,
    closed,
    async () => `${await stepsText(days)}\n${closingDate} is closed.`,
  );
}

/** Shows how far the end of the day is. */
export async function endOfDayStatus({ bank, out }: Session, { date = '' }: { date?: string }): Promise<void> {
  const answer = await bank().client(LedgerService).getEndOfDay({ businessDate: date });
  const { accounts, totalCount } = await bank().client(AccountService).listSetAsideAccounts({});
  await out.message(GetEndOfDayResponseSchema, answer, async () =>
    [
      answer.days.length === 0 ? 'No day is closing.' : await stepsText(answer.days),
      ...(totalCount === 0
        ? ['No account is set aside.']
        : [
            `${totalCount} set aside:`,
            await table(
              ['day', 'step', 'account', 'reason'],
              accounts.map(({ businessDate, step, accountId, reason }) => [businessDate, step, accountId, reason]),
            ),
          ]),
    ].join('\n'),
  );
}

/** Has what was set aside tried again. */
export async function retrySetAside(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
): Promise<void> {
  const answer = await bank().client(AccountService).retrySetAsideAccounts({ requestId, validateOnly });
  await out.message(RetrySetAsideAccountsResponseSchema, answer, () => `${answer.accountCount} are tried again.`);
}

function stepsText(days: readonly EndOfDay[]): Promise<string> {
  return table(
    ['day', 'step', 'service', 'state', 'done', 'set aside'],
    days.flatMap(({ businessDate, steps }) =>
      steps.map(({ name, service, state, doneCount, setAsideCount }) => [
        businessDate,
        name,
        service,
        word(DayStepState, state),
        String(doneCount),
        String(setAsideCount),
      ]),
    ),
  );
}
