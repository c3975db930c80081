import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListDuplicatesRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { duplicateLikeness } from '../domain/duplicates.ts';
import type { Particulars } from '../domain/particulars.ts';
import { refuse } from '../domain/refusals.ts';
import { LISTED_MAX, type PairRow, selectActive, selectSharing, selectSharingWith } from '../duplicate-tables.ts';
import { openProfile } from '../profile.ts';
import { CustomerRow } from '../tables.ts';

/** The most pairs that a page looks at: more than there are of any one customer. */
const PAIRS_MAX = 10 * LISTED_MAX;

/** Lists customers who may be one and the same. */
export function listDuplicates(context: Context): Rpcs<typeof CustomerService>['listDuplicates'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListDuplicatesRequestSchema, request);
    const { customerId } = request;
    if (customerId !== '') {
      if (!(await database.orm.em.fork().findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
      const found = await likely(context, await database.query(selectSharingWith(customerId)));
      return { duplicates: found.sort((one, other) => other.score - one.score).slice(0, LISTED_MAX) };
    }
    const looked = (await database.query(selectActive(after?.[0] ?? '', size + 1))).map(({ id }) => id);
    const page = looked.slice(0, size);
    const sharing = page.length === 0 ? [] : await database.query(selectSharing(page));
    // A page ends early, after a whole customer, rather than open a profile for each of thousands of pairs.
    const beyond = sharing[PAIRS_MAX]?.customerId;
    const pairs = beyond === undefined ? sharing : sharing.filter(({ customerId }) => customerId < beyond);
    const last = beyond === undefined ? page.at(-1) : page.findLast((id) => id < beyond);
    const isMore = beyond !== undefined || looked.length > size;
    return {
      duplicates: await likely(context, pairs),
      nextPageToken: isMore && last ? pages.next(ListDuplicatesRequestSchema, request, [last]) : '',
    };
  };
}

/** Those of some pairs who are likely to be one. Of whom was erased nobody knows. */
async function likely({ database, vault }: Context, pairs: readonly PairRow[]) {
  const ids = [...new Set(pairs.flatMap(({ customerId, otherId }) => [customerId, otherId]))];
  const rows = ids.length === 0 ? [] : await database.orm.em.fork().find(CustomerRow, { id: { $in: ids } });
  const opened = await Promise.all(
    rows.map(async (row): Promise<[string, Particulars | undefined]> => [row.id, await openProfile(vault, row)]),
  );
  const known = new Map(opened);
  return pairs.flatMap(({ customerId, otherId }) => {
    const [one, other] = [known.get(customerId), known.get(otherId)];
    const likeness = one && other && duplicateLikeness(one, other);
    return likeness ? [{ customerId, otherCustomerId: otherId, ...likeness, reasons: [...likeness.reasons] }] : [];
  });
}
