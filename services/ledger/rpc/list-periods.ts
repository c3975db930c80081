import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListPeriodsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { periodMessage } from '../periods.ts';

interface Row {
  startDate: string | null;
  endDate: string;
  bookingDate: string | null;
  results: { currency: string; income: string; expenses: string; journalId: string }[];
}

/** Lists closed periods by their days. */
export function listPeriods({ database, pages }: Context): Rpcs<typeof LedgerService>['listPeriods'] {
  return async (request) => {
    const { size, after } = pages.read(ListPeriodsRequestSchema, request);
    const rows = await database.query(sql<Row>`
      select p.start_date::text as "startDate", p.end_date::text as "endDate", p.booking_date::text as "bookingDate",
        coalesce((
          select json_agg(json_build_object('currency', r.currency, 'income', r.income::text,
            'expenses', r.expenses::text, 'journalId', r.journal_id) order by r.currency)
          from period_result r where r.period_no = p.no
        ), '[]') as results
      from accounting_period p
      where p.state <> 'refused' and p.end_date > ${after?.[0] ?? '-infinity'}::date
      order by p.end_date limit ${size + 1}
    `);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      periods: page.map(({ startDate, endDate, bookingDate, results }) =>
        periodMessage({
          startDate: startDate ?? undefined,
          endDate,
          bookingDate: bookingDate ?? undefined,
          results: results.map((result) => ({
            ...result,
            income: BigInt(result.income),
            expenses: BigInt(result.expenses),
          })),
        }),
      ),
      nextPageToken: rows.length > size && last ? pages.next(ListPeriodsRequestSchema, request, [last.endDate]) : '',
    };
  };
}
