import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { readDay } from '../dates.ts';
import { refuse } from '../domain/refusals.ts';
import { incomeStatements } from '../domain/statements.ts';
import { readLineTotals } from '../general-ledger.ts';

/** Draws up the income statement of a range of booking dates. */
export function getIncomeStatement({ database }: Context): Rpcs<typeof LedgerService>['getIncomeStatement'] {
  return async (request) => {
    const from = readDay('from_date', request.fromDate);
    const to = readDay('to_date', request.toDate);
    if (from !== undefined && to !== undefined && from > to) throw refuse('DATE_INVALID', { field: 'to_date' });
    const totals = await readLineTotals(database, { from, to, withoutClosings: true });
    return { incomeStatements: incomeStatements(totals) };
  };
}
