import { randomUUID } from 'node:crypto';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  AdvanceBusinessDateResponseSchema,
  CloseBusinessDateResponseSchema,
  GetBusinessDateResponseSchema,
  LedgerService,
  SetClockResponseSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { WriteOptions } from '../cli/run.ts';
import { Exit, Failure } from '../failure.ts';
import { fields } from '../output.ts';
import type { Session } from '../session.ts';

/** Shows the business date. */
export async function showDate({ bank, out }: Session): Promise<void> {
  const answer = await bank().client(LedgerService).getBusinessDate({});
  await out.message(GetBusinessDateResponseSchema, answer, () =>
    fields([
      ['open', answer.openDate],
      ['closing', answer.closingDates.join(', ') || 'none'],
      ['clock', answer.clockTime && timestampDate(answer.clockTime).toISOString()],
      ['time zone', answer.timeZone],
    ]),
  );
}

/** Opens the next day. */
export async function advanceDate(
  { bank, out }: Session,
  { openDate, requestId = randomUUID(), validateOnly = false }: WriteOptions & { openDate?: string },
): Promise<void> {
  const ledger = bank().client(LedgerService);
  const open = openDate ?? (await ledger.getBusinessDate({})).openDate;
  const answer = await ledger.advanceBusinessDate({ requestId, validateOnly, openDate: open });
  await out.message(
    AdvanceBusinessDateResponseSchema,
    answer,
    () => `${answer.openDate} is open, ${answer.closingDate} is closing.`,
  );
}

/** Ends a day that is closing. */
export async function closeDate(
  { bank, out }: Session,
  { date, requestId = randomUUID(), validateOnly = false }: WriteOptions & { date?: string },
): Promise<void> {
  const ledger = bank().client(LedgerService);
  const closingDate = date ?? (await ledger.getBusinessDate({})).closingDates[0];
  if (!closingDate) throw new Failure(Exit.REFUSED, 'No day is closing.');
  const answer = await ledger.closeBusinessDate({ requestId, validateOnly, closingDate });
  await out.message(CloseBusinessDateResponseSchema, answer, () => `${answer.closedDate} is closed.`);
}

/** Sets the clock; without a time to the real one. */
export async function setClock(
  { bank, out }: Session,
  { time, requestId = randomUUID(), validateOnly = false }: WriteOptions & { time?: Date },
): Promise<void> {
  const wanted = time && { clockTime: timestampFromDate(time) };
  const answer = await bank()
    .client(LedgerService)
    .setClock({ requestId, validateOnly, ...wanted });
  await out.message(SetClockResponseSchema, answer, () =>
    fields([['clock', answer.clockTime && timestampDate(answer.clockTime).toISOString()]]),
  );
}
