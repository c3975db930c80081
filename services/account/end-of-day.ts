// The ends of the days: this service's steps of the checklist that the ledger keeps, pulled when they are due. One process works
// a step at a time, by a lease; all that a step does is written with how far it is, so that whoever comes next goes on from there.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { newId } from '#chassis/id.ts';
import { repeat } from '#chassis/repeat.ts';
import { accrueInterest } from './accruing.ts';
import { chargeFees } from './charging-fees.ts';
import type { Context } from './context.ts';
import { LeaseLost, type StepRun } from './day-steps.ts';
import { keepDormancy } from './dormancy.ts';
import { expireEvidence } from './expiring-evidence.ts';
import { makeStatements } from './making-statements.ts';
import { matureDeposits } from './maturing.ts';
import { postInterest } from './posting-interest.ts';
import { migrateProducts } from './product-migrations.ts';
import { retrySetAside } from './retrying.ts';

interface Step {
  readonly position: number;
  run(context: Context, run: StepRun): Promise<void>;
}

/** Later services add theirs between: reports come after statements, statements after all that is posted. */
export const STEPS: Readonly<Record<string, Step>> = {
  'expire-evidence': { position: 10, run: expireEvidence },
  'accrue-interest': { position: 20, run: accrueInterest },
  'post-interest': { position: 40, run: postInterest },
  'charge-fees': { position: 45, run: chargeFees },
  'keep-dormancy': { position: 50, run: keepDormancy },
  'mature-deposits': { position: 60, run: matureDeposits },
  'make-statements': { position: 80, run: makeStatements },
  // After all that is charged, and stated, by the version before.
  'migrate-products': { position: 85, run: migrateProducts },
};

const LOOK_MS = 500;
const REPORT_MS = 500;
const LEASE = sql`interval '10 seconds'`;

/** Registers the steps, and takes them when they are due, until it is stopped. */
export function startEndOfDay(context: Context): () => Promise<void> {
  let registered = false;
  const work = async (): Promise<void> => {
    if (!registered) {
      const steps = Object.entries(STEPS).map(([name, { position }]) => ({ name, position }));
      await context.ledger.registerDaySteps({ requestId: newId('cmd'), steps });
      registered = true;
    }
    let isDue = true;
    while (isDue) isDue = await takeDueStep(context);
    await retrySetAside(context);
  };
  return repeat(LOOK_MS, work, context.log, 'the end of the day has to wait');
}

/** Takes the first step that is due, to its end. Answers whether there was one. */
export async function takeDueStep(context: Context): Promise<boolean> {
  const { days } = await context.ledger.getEndOfDay({});
  for (const { businessDate, steps } of days) {
    const due = steps.find((step) => step.service === 'account' && step.due);
    if (due) return takeStep(context, businessDate, due.name);
  }
  return false;
}

async function takeStep(context: Context, date: string, name: string): Promise<boolean> {
  const { database } = context;
  const holder = randomUUID();
  const [taken] = await database.query(sql<{ cursor: string; done: boolean }>`
    insert into day_work (date, step, holder, lease_until)
    values (${date}::date, ${name}, ${holder}, clock_timestamp() + ${LEASE})
    on conflict (date, step) do update set holder = ${holder}, lease_until = excluded.lease_until
    where day_work.lease_until < clock_timestamp() or day_work.holder is null
    returning cursor, done
  `);
  if (!taken) return false;
  let reported = performance.now();
  const run: StepRun = {
    date: Temporal.PlainDate.from(date),
    step: name,
    cursor: taken.cursor,
    async advance(work) {
      await database.transaction(async (tx) => {
        // Before anything else: who has lost the lease waits here for the other, and then writes nothing.
        const [held] = await tx.query(sql<{ cursor: string }>`
          update day_work set lease_until = clock_timestamp() + ${LEASE}
          where date = ${date}::date and step = ${name} and holder = ${holder} returning cursor
        `);
        if (!held) throw new LeaseLost();
        const { cursor, count } = await work(tx);
        await tx.query(sql`
          update day_work set cursor = ${cursor}, done_count = done_count + ${count}
          where date = ${date}::date and step = ${name}
        `);
      });
      if (performance.now() - reported < REPORT_MS) return;
      reported = performance.now();
      await report(context, date, name, false);
    },
  };
  try {
    if (!taken.done) await STEPS[name]?.run(context, run);
    await database.query(sql`
      update day_work set done = true where date = ${date}::date and step = ${name} and holder = ${holder}
    `);
    await report(context, date, name, true);
    return true;
  } catch (error) {
    if (error instanceof LeaseLost) return false;
    throw error;
  } finally {
    await database.query(sql`
      update day_work set holder = null, lease_until = null
      where date = ${date}::date and step = ${name} and holder = ${holder}
    `);
  }
}

/** Tells the ledger how far a step is. */
async function report({ database, ledger }: Context, businessDate: string, step: string, done: boolean): Promise<void> {
  const [row] = await database.query(sql<{ doneCount: number; setAsideCount: number }>`
    select done_count as "doneCount", (
      select count(*)::int from set_aside s where s.step = w.step and s.date = w.date
    ) as "setAsideCount"
    from day_work w where date = ${businessDate}::date and step = ${step}
  `);
  await ledger.reportDayStep({ requestId: newId('cmd'), businessDate, step, done, ...row });
}
