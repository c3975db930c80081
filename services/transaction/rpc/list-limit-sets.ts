import type { Rpcs } from '#chassis/serve.ts';
import {
  ListLimitSetsRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { limitSetFrom, NEWEST, selectLimitSets } from '../limits.ts';

/** Lists the versions of the bank's limits, newest first. */
export function listLimitSets({ database, pages }: Context): Rpcs<typeof TransactionService>['listLimitSets'] {
  return async (request) => {
    const { size, after } = pages.read(ListLimitSetsRequestSchema, request);
    const rows = await database.query(selectLimitSets(Number(after?.[0] ?? NEWEST), size + 1));
    const limitSets = rows.slice(0, size).map(limitSetFrom);
    const last = rows.length > size ? limitSets.at(-1) : undefined;
    const nextPageToken = last ? pages.next(ListLimitSetsRequestSchema, request, [String(last.version)]) : '';
    return { limitSets, nextPageToken };
  };
}
