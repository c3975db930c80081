// The checklist of a day that closes: which steps it has, how far they are, and which of them may be taken.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import type { Database } from '#chassis/database.ts';
import { DayStepState, type EndOfDay, EndOfDaySchema } from '#gen/bank/ledger/v1/end_of_day_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { expireHolds } from './expiry.ts';

interface StepRow {
  readonly date: string;
  readonly name: string;
  readonly service: string;
  readonly position: number;
  readonly state: 'pending' | 'running' | 'done';
  readonly due: boolean;
  readonly doneCount: number;
  readonly setAsideCount: number;
  /** Milliseconds since the epoch. */
  readonly startTime: string | null;
  readonly endTime: string | null;
}

/** What a service says about a step of its own. */
export interface StepReport {
  readonly date: string;
  readonly step: string;
  readonly service: string;
  readonly done: boolean;
  readonly doneCount: number;
  readonly setAsideCount: number;
}

const STATES = {
  pending: DayStepState.PENDING,
  running: DayStepState.RUNNING,
  done: DayStepState.DONE,
} as const;

/** The checklists of the days that are in CLOSING, or of one day, whatever its state. */
export async function readChecklists({ query }: Pick<Database, 'query'>, date = ''): Promise<EndOfDay[]> {
  const days = await query(sql<{ date: string }>`
    select date::text from business_day
    where ${date === '' ? sql`state = 'closing'` : sql`date = ${date}::date and state <> 'open'`} order by date
  `);
  const rows = await query(selectSteps(days.map((day) => day.date)));
  const byDate = Map.groupBy(rows, (row) => row.date);
  return days.map((day) =>
    create(EndOfDaySchema, { businessDate: day.date, steps: (byDate.get(day.date) ?? []).map(stepMessage) }),
  );
}

function selectSteps(dates: readonly string[]): RawBuilder<StepRow> {
  return sql<StepRow>`
    select s.date::text, s.name, s.service, s.position, s.state, s.done_count as "doneCount",
      s.set_aside_count as "setAsideCount", 
      floor(extract(epoch from s.start_time) * 1000)::bigint::text as "startTime",
      floor(extract(epoch from s.end_time) * 1000)::bigint::text as "endTime",
      s.state <> 'done' and not exists (
        select from day_step b where b.date = s.date and b.position < s.position and b.state <> 'done'
      ) as due
    from day_step s where s.date = any(${[...dates]}::date[]) order by s.date, s.position, s.name
  `;
}

function stepMessage({ date: _date, startTime, endTime, state, ...step }: StepRow) {
  return {
    ...step,
    state: STATES[state],
    ...(startTime && { startTime: timestampFromMs(Number(startTime)) }),
    ...(endTime && { endTime: timestampFromMs(Number(endTime)) }),
  };
}

/** Takes a report. Two that cross wait for each other on the step. */
export async function report(tx: CommandTx, { date, step, service, done, doneCount, setAsideCount }: StepReport) {
  await tx.query(sql`select from day_step where date = ${date}::date and name = ${step} for update`);
  const row = (await tx.query(selectSteps([date]))).find(({ name }) => name === step);
  if (!row) throw refuse('DAY_STEP_NOT_FOUND');
  if (row.service !== service) throw refuse('DAY_STEP_NOT_OWNED');
  if (!row.due && row.state !== 'done') throw refuse('DAY_STEP_NOT_DUE');
  const isDone = row.state === 'done' || done;
  await tx.execute(sql`
    update day_step set state = ${isDone ? 'done' : 'running'}, done_count = ${doneCount},
      set_aside_count = ${setAsideCount}, start_time = coalesce(start_time, clock_timestamp()),
      end_time = coalesce(end_time, case when ${isDone} then clock_timestamp() end)
    where date = ${date}::date and name = ${step}
  `);
  const [after = row] = (await tx.query(selectSteps([date]))).filter(({ name }) => name === step);
  return stepMessage(after);
}

/** Refuses a day whose steps are not all done. */
export async function checkStepsDone(tx: CommandTx, date: string): Promise<void> {
  const [open] = await tx.query(sql<{ name: string }>`
    select name from day_step where date = ${date}::date and state <> 'done' order by position, name limit 1
  `);
  if (open) throw refuse('DAY_STEPS_NOT_DONE', { step: open.name });
}

/** Whether all steps of a day are done. */
export async function areStepsDone({ query }: Pick<Database, 'query'>, date: string): Promise<boolean> {
  const open = await query(sql`select from day_step where date = ${date}::date and state <> 'done'`);
  return open.length === 0;
}

/** Takes the ledger's own steps of a day: what has expired by now is no longer held on the days to come. */
export async function takeOwnSteps(context: Context, date: string): Promise<void> {
  const { database } = context;
  const [open] = await database.query(sql<{ name: string }>`
    select name from day_step where date = ${date}::date and name = 'expire-holds' and state <> 'done'
  `);
  if (!open) return;
  const expired = await expireHolds(context);
  await database.query(sql`
    update day_step set state = 'done', done_count = ${expired}, start_time = now(), end_time = now()
    where date = ${date}::date and name = ${open.name} and state <> 'done'
  `);
}
