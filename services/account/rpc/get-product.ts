import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { productMessage } from '../products.ts';

/** Reads a product: its newest version, or a certain one. */
export function getProduct({ catalogue }: Context): Rpcs<typeof AccountService>['getProduct'] {
  return async ({ productId, version }) => {
    const row = version === 0 ? await catalogue.newest(productId) : await catalogue.version(productId, version);
    return { product: productMessage(row) };
  };
}
