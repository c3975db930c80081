import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListHolderChangesRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { holderChangeMessage, selectHolderChanges } from '../holder-changes.ts';

/** Lists the changes of who holds an account, newest first. */
export function listHolderChanges({ database, pages }: Context): Rpcs<typeof AccountService>['listHolderChanges'] {
  return async (request, { principal }) => {
    const { accountId } = request;
    const { size, after } = pages.read(ListHolderChangesRequestSchema, request);
    await readRow(database, accountId);
    const before = after?.[0] === undefined ? undefined : Number(after[0]);
    const rows = await database.query(selectHolderChanges(accountId, before, size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      changes: page.map((row) => holderChangeMessage(row, principal)),
      nextPageToken:
        rows.length > size && last ? pages.next(ListHolderChangesRequestSchema, request, [String(last.version)]) : '',
    };
  };
}
