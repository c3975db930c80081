// Turning the business date: the statements that the two RPCs and the day timer share.
import { create } from '@bufbuild/protobuf';
import { sql } from 'kysely';
import { ownCall } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { areStepsDone, checkStepsDone, takeOwnSteps } from './checklist.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { publishBusinessDateAdvanced, publishBusinessDateClosed } from './events.ts';
import { lockDays } from './tables.ts';

/** Opens the day after `openDate` and puts that one in CLOSING. Refuses when another day is open or one still closes. */
export async function advance(tx: CommandTx, openDate: string): Promise<{ openDate: string; closingDate: string }> {
  const days = await lockDays(tx, 'update');
  if (days.open !== openDate) throw refuse('BUSINESS_DATE_MISMATCH', { open_date: days.open });
  const [closing] = days.closing;
  if (closing !== undefined) throw refuse('BUSINESS_DATE_STILL_CLOSING', { closing_date: closing });
  const next = Temporal.PlainDate.from(openDate).add({ days: 1 }).toString();
  await tx.execute(sql`update business_day set state = 'closing' where date = ${openDate}::date`);
  await tx.execute(sql`insert into business_day (date, state) values (${next}::date, 'open')`);
  const turned = { openDate: next, closingDate: openDate };
  publishBusinessDateAdvanced(tx, turned);
  return turned;
}

/** Ends a day that is in CLOSING, when its steps are done. */
export async function close(tx: CommandTx, closingDate: string): Promise<{ closedDate: string }> {
  const [day] = await tx.query(sql<{ state: string }>`
    select state from business_day where date = ${closingDate}::date for update
  `);
  if (day?.state !== 'closing') throw refuse('BUSINESS_DATE_NOT_CLOSING', { state: day?.state ?? 'unknown' });
  await checkStepsDone(tx, closingDate);
  await tx.execute(sql`update business_day set state = 'closed' where date = ${closingDate}::date`);
  publishBusinessDateClosed(tx, closingDate);
  return { closedDate: closingDate };
}

/** Closes and opens days, one after the other, until today's is open. Each step is a command with a key of its own. */
export async function turnDays(context: Context): Promise<void> {
  const { clock, commands, database, log } = context;
  const call = ownCall('ledger', log);
  for (;;) {
    const days = await database.query(sql<{ date: string; state: string }>`
      select date::text, state from business_day where state <> 'closed' order by date
    `);
    const due = days[0];
    if (!due) return;
    const request = { requestId: `timer-${due.date}`, validateOnly: false };
    if (due.state === 'closing') {
      await takeOwnSteps(context, due.date);
      // The services are at work on theirs: the next second tells.
      if (!(await areStepsDone(database, due.date))) return;
      const method = LedgerService.method.closeBusinessDate;
      const closing = create(method.input, { ...request, closingDate: due.date });
      await commands.run(method, closing, call, { decide: (tx) => close(tx, due.date) });
    } else {
      if (due.date >= (await clock.today()).toString()) return;
      const method = LedgerService.method.advanceBusinessDate;
      const opening = create(method.input, { ...request, openDate: due.date });
      await commands.run(method, opening, call, { decide: (tx) => advance(tx, due.date) });
    }
  }
}
