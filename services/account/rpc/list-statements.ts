import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListStatementsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { selectStatements, summaryOf } from '../statement-tables.ts';

/** Lists the statements that were made of an account, newest first. */
export function listStatements({ database, pages }: Context): Rpcs<typeof AccountService>['listStatements'] {
  return async (request) => {
    const { accountId } = request;
    const { size, after } = pages.read(ListStatementsRequestSchema, request);
    await readRow(database, accountId);
    const before = after?.[0] === undefined ? undefined : Number(after[0]);
    const rows = await database.query(selectStatements(accountId, before, size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      statements: page.map(summaryOf),
      nextPageToken:
        rows.length > size && last ? pages.next(ListStatementsRequestSchema, request, [String(last.number)]) : '',
    };
  };
}
