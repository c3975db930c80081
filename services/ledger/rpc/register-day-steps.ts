import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Adds steps to the checklist of the days to come. */
export function registerDaySteps({ commands }: Context): Rpcs<typeof LedgerService>['registerDaySteps'] {
  return (request, call) =>
    commands.run(Contract.method.registerDaySteps, request, call, {
      decide: async (tx) => {
        // Services that start together register one after the other.
        await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('the registry of day steps', 0))`);
        const known = await tx.query(sql<{ name: string; service: string }>`select name, service from day_step_kind`);
        const others = known.filter(({ service }) => service !== call.caller).map(({ name }) => name);
        const taken = request.steps.find(({ name }) => others.includes(name));
        if (taken) throw refuse('DAY_STEP_NOT_OWNED', { step: taken.name });
        for (const { name, position } of request.steps) {
          await tx.execute(sql`
            insert into day_step_kind (name, service, position) values (${name}, ${call.caller}, ${position})
            on conflict (name) do update set position = excluded.position
          `);
        }
        return {};
      },
    });
}
