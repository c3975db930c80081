import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { readDay } from '../dates.ts';
import { balanceSheets } from '../domain/statements.ts';
import { readLineTotals } from '../general-ledger.ts';

/** Draws up the balance sheet at the end of a booking date. */
export function getBalanceSheet({ database }: Context): Rpcs<typeof LedgerService>['getBalanceSheet'] {
  return async (request) => {
    const to = readDay('booking_date', request.bookingDate);
    return { balanceSheets: balanceSheets(await readLineTotals(database, { to })) };
  };
}
