import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { checkTerm } from '../domain/term.ts';
import { checkTerms } from '../domain/terms.ts';
import { productTypes } from '../domain/words.ts';
import { addVersion, checkCalendar, newestLocked, productMessage } from '../products.ts';

/** Adds a product to the catalogue. */
export function createProduct({ commands }: Context): Rpcs<typeof AccountService>['createProduct'] {
  return async (request, call) => {
    const { productId: id, currencyCode: currency, displayName, terms } = request;
    checkTerm(request.type, terms);
    if (terms) checkTerms(currency, terms);
    return commands.run(Contract.method.createProduct, request, call, {
      decide: async (tx) => {
        if (await newestLocked(tx, id)) throw refuse('PRODUCT_EXISTS');
        await checkCalendar(tx, terms);
        const type = productTypes.word(request.type);
        const row = addVersion(tx, { id, version: 1, type, currency, displayName }, terms);
        return { product: productMessage(row) };
      },
    });
  };
}
