// Work that one process does at a time, by a lease. Two would do nothing twice: it saves work.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Context } from './context.ts';

const LEASE = sql`interval '10 seconds'`;

/** Says that whoever has the lease is still at work. */
export type Keep = () => Promise<void>;

/** Works under the lease of a name, and answers what came of it; undefined where somebody else has it. `keep` renews it. */
export async function leased<T>(
  { database }: Pick<Context, 'database'>,
  name: string,
  work: (keep: Keep) => Promise<T>,
): Promise<T | undefined> {
  const holder = randomUUID();
  const [taken] = await database.query(sql`
    insert into work_lease as l (name, holder, lease_until)
    values (${name}, ${holder}, clock_timestamp() + ${LEASE})
    on conflict (name) do update set holder = ${holder}, lease_until = excluded.lease_until
    where l.holder is null or l.lease_until < clock_timestamp()
    returning name
  `);
  if (!taken) return undefined;
  const mine = sql`where name = ${name} and holder = ${holder}`;
  try {
    return await work(async () => {
      await database.query(sql`
        update work_lease set lease_until = clock_timestamp() + ${LEASE} ${mine}
      `);
    });
  } finally {
    await database.query(sql`update work_lease set holder = null, lease_until = null ${mine}`);
  }
}
