import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListFeesRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { feeMessage, selectFees } from '../fee-tables.ts';
import { keyOf } from '../products.ts';

/** Lists the fees of an account that were decided, the newest period first. */
export function listFees({ database, pages, catalogue }: Context): Rpcs<typeof AccountService>['listFees'] {
  return async (request) => {
    const { accountId } = request;
    const { size, after } = pages.read(ListFeesRequestSchema, request);
    await readRow(database, accountId);
    const [toDate, feeCode = ''] = after ?? [];
    const rows = await database.query(
      selectFees(accountId, toDate === undefined ? undefined : { toDate, feeCode }, size + 1),
    );
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const terms = await catalogue.terms(page);
    const nameOf = (key: (typeof page)[number]) =>
      terms.get(keyOf(key))?.periodicFees.find((fee) => fee.feeCode === key.feeCode)?.displayName ?? '';
    return {
      fees: page.map((row) => feeMessage(row, nameOf(row))),
      nextPageToken:
        rows.length > size && last ? pages.next(ListFeesRequestSchema, request, [last.toDate, last.feeCode]) : '',
    };
  };
}
