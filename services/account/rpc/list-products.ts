import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListProductsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { productMessage } from '../products.ts';

/** Lists the newest versions of products, by id. */
export function listProducts({ catalogue, pages }: Context): Rpcs<typeof AccountService>['listProducts'] {
  return async (request) => {
    const { size, after } = pages.read(ListProductsRequestSchema, request);
    const rows = await catalogue.list({ currency: request.currencyCode, after: after?.[0] ?? '', limit: size + 1 });
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      products: page.map((row) => productMessage(row)),
      nextPageToken: rows.length > size && last ? pages.next(ListProductsRequestSchema, request, [last.id]) : '',
    };
  };
}
