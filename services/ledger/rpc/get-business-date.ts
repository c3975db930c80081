import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { sql } from 'kysely';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';

/** Reads the bank's clock. */
export function getBusinessDate({ database, clock }: Context): Rpcs<typeof LedgerService>['getBusinessDate'] {
  return async () => {
    const days = await database.query(sql<{ date: string; state: string }>`
      select date::text, state from business_day where state <> 'closed' order by date
    `);
    const open = days.find(({ state }) => state === 'open');
    if (!open) throw refuseCall('SERVICE_UNAVAILABLE');
    return {
      openDate: open.date,
      closingDates: days.filter(({ state }) => state === 'closing').map(({ date }) => date),
      clockTime: timestampFromMs((await clock.now()).epochMilliseconds),
      timeZone: clock.timeZone,
    };
  };
}
