// The ends of the days: this service's steps of the checklist that the ledger keeps, pulled when they are due. One process works
// a step at a time, by a lease; all that a step does is written with how far it is, so that whoever comes next goes on from there.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type DayStep, dayStepsOf, LOOK_MS, type StepCounts, type Tell } from '#chassis/day-steps.ts';
import { repeat } from '#chassis/repeat.ts';
import { accrueInterest } from './accruing.ts';
import { chargeFees } from './charging-fees.ts';
import type { Context } from './context.ts';
import { LeaseLost, type StepRun } from './day-steps.ts';
import { keepDormancy } from './dormancy.ts';
import { expireCards } from './expiring-cards.ts';
import { expireEvidence } from './expiring-evidence.ts';
import { makeStatements } from './making-statements.ts';
import { matureDeposits } from './maturing.ts';
import { postInterest } from './posting-interest.ts';
import { migrateProducts } from './product-migrations.ts';
import { retrySetAside } from './retrying.ts';

interface Work {
  readonly position: number;
  run(context: Context, run: StepRun): Promise<void>;
}

/** Later services add theirs between: reports come after statements, statements after all that is posted. */
const STEPS: Readonly<Record<string, Work>> = {
  'expire-evidence': { position: 10, run: expireEvidence },
  'expire-cards': { position: 15, run: expireCards },
  'accrue-interest': { position: 20, run: accrueInterest },
  'post-interest': { position: 40, run: postInterest },
  'charge-fees': { position: 45, run: chargeFees },
  'keep-dormancy': { position: 50, run: keepDormancy },
  'mature-deposits': { position: 60, run: matureDeposits },
  'make-statements': { position: 80, run: makeStatements },
  // After all that is charged, and stated, by the version before.
  'migrate-products': { position: 85, run: migrateProducts },
};

const LEASE = sql`interval '10 seconds'`;

/** Takes the steps when they are due, and what was set aside when it is wanted, until it is stopped. */
export function startEndOfDay(context: Context): () => Promise<void> {
  const steps = Object.entries(STEPS).map(
    ([name, { position, run }]): DayStep => ({
      name,
      position,
      take: (date, tell) => takeStep(context, { date, name, run, tell }),
    }),
  );
  const takeDue = dayStepsOf(context.ledger, steps);
  const work = async (): Promise<void> => {
    await takeDue();
    await retrySetAside(context);
  };
  return repeat(LOOK_MS, work, context.log, 'the end of the day has to wait');
}

interface Taking extends Pick<Work, 'run'> {
  readonly date: string;
  readonly name: string;
  readonly tell: Tell;
}

/** Takes a step to its end, and answers its counts; undefined where another process has it. */
async function takeStep(context: Context, { date, name, run, tell }: Taking): Promise<StepCounts | undefined> {
  const { database } = context;
  const holder = randomUUID();
  const [taken] = await database.query(sql<{ cursor: string; done: boolean }>`
    insert into day_work (date, step, holder, lease_until)
    values (${date}::date, ${name}, ${holder}, clock_timestamp() + ${LEASE})
    on conflict (date, step) do update set holder = ${holder}, lease_until = excluded.lease_until
    where day_work.lease_until < clock_timestamp() or day_work.holder is null
    returning cursor, done
  `);
  if (!taken) return undefined;
  const counts = () => countsOf(context, date, name);
  const at: StepRun = {
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
      await tell(counts);
    },
  };
  try {
    if (!taken.done) await run(context, at);
    await database.query(sql`
      update day_work set done = true where date = ${date}::date and step = ${name} and holder = ${holder}
    `);
    return await counts();
  } catch (error) {
    if (error instanceof LeaseLost) return undefined;
    throw error;
  } finally {
    await database.query(sql`
      update day_work set holder = null, lease_until = null
      where date = ${date}::date and step = ${name} and holder = ${holder}
    `);
  }
}

async function countsOf({ database }: Context, date: string, step: string): Promise<StepCounts> {
  const [counts] = await database.query(sql<StepCounts>`
    select done_count as "doneCount", (
      select count(*)::int from set_aside s where s.step = w.step and s.date = w.date
    ) as "setAsideCount"
    from day_work w where date = ${date}::date and step = ${step}
  `);
  return counts ?? { doneCount: 0, setAsideCount: 0 };
}
