import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListEstatesRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { estateMessage, selectEstates } from '../estates.ts';

/** Lists what those have left whose death was reported. */
export function listEstates({ database, pages }: Context): Rpcs<typeof AccountService>['listEstates'] {
  return async (request) => {
    const { size, after } = pages.read(ListEstatesRequestSchema, request);
    const rows = await database.query(selectEstates(after?.[0], size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      estates: page.map(estateMessage),
      nextPageToken: rows.length > size && last ? pages.next(ListEstatesRequestSchema, request, [last.no]) : '',
    };
  };
}
