import { readDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { readChecklists } from '../checklist.ts';
import type { Context } from '../context.ts';

/** Reads the checklist of a day, or those of the days that are closing. */
export function getEndOfDay({ database }: Context): Rpcs<typeof LedgerService>['getEndOfDay'] {
  return async ({ businessDate }) => ({
    days: await readChecklists(database, readDate('business_date', businessDate)?.toString()),
  });
}
