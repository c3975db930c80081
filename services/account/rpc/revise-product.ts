import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { checkTerm } from '../domain/term.ts';
import { checkTerms } from '../domain/terms.ts';
import { addVersion, checkCalendar, newestLocked, productMessage } from '../products.ts';

/** Makes a new version of a product. */
export function reviseProduct({ commands }: Context): Rpcs<typeof AccountService>['reviseProduct'] {
  return (request, call) =>
    commands.run(Contract.method.reviseProduct, request, call, {
      decide: async (tx) => {
        const { productId: id, displayName, terms } = request;
        const newest = await newestLocked(tx, id);
        if (!newest) throw refuse('PRODUCT_NOT_FOUND');
        const { type, currency, version } = newest;
        checkTerm(type, terms);
        if (terms) checkTerms(currency, terms);
        await checkCalendar(tx, terms);
        const row = addVersion(tx, { id, version: version + 1, type, currency, displayName }, terms);
        return { product: productMessage(row) };
      },
    });
}
