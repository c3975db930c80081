import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { readInstant } from '#chassis/dates.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, ListLargeTransactionsRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { selectLarge } from '../report-tables.ts';

/** Lists the transactions that moved at least so much, by time. */
export function listLargeTransactions(context: Context): Rpcs<typeof AuditService>['listLargeTransactions'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListLargeTransactionsRequestSchema, request);
    const least = fromPositiveMoney(request.amountMin ?? { currencyCode: '', amount: '' });
    const span = {
      fromMs: readInstant('start_time', request.startTime),
      toMs: readInstant('end_time', request.endTime),
    };
    const rows = await database.query(selectLarge({ ...span, ...least }, { after, limit: size + 1 }));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      transactions: page.map(({ occurMs, minor, ...rest }) => ({
        ...rest,
        amount: toMoney({ currency: least.currency, minor: BigInt(minor) }),
        occurTime: timestampFromMs(Number(occurMs)),
      })),
      nextPageToken:
        rows.length > size && last
          ? pages.next(ListLargeTransactionsRequestSchema, request, [last.occurMs, last.eventId])
          : '',
    };
  };
}
