import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListStatusChangesRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { selectStatusChanges, statusChangeMessage } from '../status.ts';

/** Lists where an account was in its life and what was frozen, newest first. */
export function listStatusChanges({ database, pages }: Context): Rpcs<typeof AccountService>['listStatusChanges'] {
  return async (request, { principal }) => {
    const { accountId } = request;
    const { size, after } = pages.read(ListStatusChangesRequestSchema, request);
    await readRow(database, accountId);
    const before = after?.[0] === undefined ? undefined : Number(after[0]);
    const rows = await database.query(selectStatusChanges(accountId, before, size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      changes: page.map((row) => statusChangeMessage(row, principal)),
      nextPageToken:
        rows.length > size && last ? pages.next(ListStatusChangesRequestSchema, request, [String(last.version)]) : '',
    };
  };
}
