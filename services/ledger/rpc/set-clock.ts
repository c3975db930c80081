import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Sets the clock of a bank that is not a real one. */
export function setClock(context: Context): Rpcs<typeof LedgerService>['setClock'] {
  return (request, call) =>
    context.commands.run(Contract.method.setClock, request, call, {
      decide: async (tx) => {
        if (context.config.BANK_ENVIRONMENT === 'production') throw refuse('CLOCK_NOT_SETTABLE');
        const now = Date.now();
        const wanted = request.clockTime ? timestampMs(request.clockTime) : now;
        await tx.execute(sql`
          insert into clock_setting (singleton, offset_ms) values (true, ${wanted - now})
          on conflict (singleton) do update set offset_ms = excluded.offset_ms
        `);
        return { clockTime: timestampFromMs(wanted) };
      },
    });
}
