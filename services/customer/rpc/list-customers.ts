import { branchOf } from '#chassis/access.ts';
import { invalid } from '#chassis/errors.ts';
import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type CustomerService,
  type ListCustomersRequest,
  ListCustomersRequestSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { fits, gramsOfParts, partsOf, type Term, termOf } from '../domain/search.ts';
import { hashTerms } from '../hashes.ts';
import { customerMessage, openProfile } from '../profile.ts';
import { CustomerRow, selectIds } from '../tables.ts';

/** Lists customers, newest first, or those whom all that is searched for fits; to staff who are held to a branch, its own. */
export function listCustomers({ database, pages, vault }: Context): Rpcs<typeof CustomerService>['listCustomers'] {
  return async (request, call) => {
    const { size, after } = pages.read(ListCustomersRequestSchema, request);
    const parts = partsOf(request.namePart);
    if (request.namePart !== '' && parts.length === 0) {
      throw invalid([{ field: 'name_part', description: 'must have a part of three letters or more' }]);
    }
    const terms = hashTerms(vault, [...searched(request), ...gramsOfParts(parts)]);
    const filter = { terms, branchId: branchOf(call) ?? request.branchId, before: after?.[0], limit: size + 1 };
    const ids = (await database.query(selectIds(filter))).map(({ id }) => id);
    const rows = await database.orm.em
      .fork()
      .find(CustomerRow, { id: { $in: ids.slice(0, size) } }, { orderBy: { id: 'desc' } });
    // What is not sealed takes little room.
    const page = fitting(rows, ({ profile }) => profile.ciphertext.length);
    const last = page.at(-1);
    const opened = await Promise.all(page.map(async (row) => ({ row, particulars: await openProfile(vault, row) })));
    // The hashes say which three letters a name has, not in which order.
    const wanted = opened.filter(({ particulars }) => parts.length === 0 || (particulars && fits(particulars, parts)));
    return {
      customers: wanted.map(({ row, particulars }) => customerMessage(row, particulars)),
      nextPageToken: ids.length > page.length && last ? pages.next(ListCustomersRequestSchema, request, [last.id]) : '',
    };
  };
}

function searched({ name, contact, identifier }: ListCustomersRequest): Term[] {
  return [
    ...(name === '' ? [] : [termOf('name', name)]),
    ...(contact === '' ? [] : [termOf('contact', contact)]),
    ...(identifier === '' ? [] : [termOf('identifier', identifier)]),
  ];
}
