// A step of the end of a day, as those see it who take it.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';

/** A step of a day at work. */
export interface StepRun {
  readonly date: Temporal.PlainDate;
  readonly step: string;
  /** Where the one before stopped, in words of the step's own. */
  readonly cursor: string;
  /** Runs work in one transaction with how far it comes; throws LeaseLost when somebody else has taken over. */
  advance(work: (tx: Tx) => Promise<{ cursor: string; count: number }>): Promise<void>;
}

/** Another process works the step now. */
export class LeaseLost extends Error {}

/** Notes that a step could not do an account, and why. Nights are made up for from the first that was missed on. */
export function setAside(
  tx: Pick<Tx, 'query'>,
  { date, step }: Pick<StepRun, 'date' | 'step'>,
  accountId: string,
  reason: string,
) {
  return tx.query(sql`
    insert into set_aside (step, account_id, date, reason)
    values (${step}, ${accountId}, ${date.toString()}::date, ${reason.slice(0, 200)})
    on conflict (step, account_id) do update set reason = excluded.reason, retry = false,
      date = case excluded.step when 'accrue-interest' then set_aside.date else excluded.date end
  `);
}
