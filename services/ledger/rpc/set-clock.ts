import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { sql } from 'kysely';
import { invalid } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Beyond these years some part of some caller cannot write the time that follows: JSON ends with the year 9999. */
const EARLIEST_MS = Date.UTC(1970, 0);
const LATEST_MS = Date.UTC(9000, 0);

/** Sets the clock of a bank that is not a real one. */
export function setClock(context: Context): Rpcs<typeof LedgerService>['setClock'] {
  return (request, call) =>
    context.commands.run(Contract.method.setClock, request, call, {
      decide: async (tx) => {
        if (context.config.BANK_ENVIRONMENT === 'production') throw refuse('CLOCK_NOT_SETTABLE');
        const now = Date.now();
        const wanted = request.clockTime ? timestampMs(request.clockTime) : now;
        if (wanted < EARLIEST_MS || wanted >= LATEST_MS) {
          throw invalid([{ field: 'clock_time', description: 'must be in the years 1970 to 8999' }]);
        }
        await tx.execute(sql`
          insert into clock_setting (singleton, offset_ms) values (true, ${wanted - now})
          on conflict (singleton) do update set offset_ms = excluded.offset_ms
        `);
        return { clockTime: timestampFromMs(wanted) };
      },
    });
}
