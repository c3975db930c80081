import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListRelationsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { RelationRow } from '../relation-tables.ts';
import { relationMessage } from '../relations.ts';
import { CustomerRow } from '../tables.ts';

/** Lists the relations of a customer, newest first, whichever of the two they are. */
export function listRelations({ database, pages, vault }: Context): Rpcs<typeof CustomerService>['listRelations'] {
  return async (request, { principal }) => {
    const { customerId } = request;
    const { size, after } = pages.read(ListRelationsRequestSchema, request);
    const em = database.orm.em.fork();
    if (!(await em.findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const rows = await em.find(
      RelationRow,
      { $or: [{ customerId }, { relatedCustomerId: customerId }], ...(after?.[0] && { id: { $lt: after[0] } }) },
      { orderBy: { id: 'desc' }, limit: size + 1 },
    );
    const page = fitting(rows.slice(0, size), bytesOf);
    const last = page.at(-1);
    return {
      relations: await Promise.all(page.map((row) => relationMessage(vault, row, principal))),
      nextPageToken:
        rows.length > page.length && last ? pages.next(ListRelationsRequestSchema, request, [last.id]) : '',
    };
  };
}

const UNSEALED_BYTES = 500;

function bytesOf({ remark, endRemark }: RelationRow): number {
  return UNSEALED_BYTES + (remark?.ciphertext.length ?? 0) + (endRemark?.ciphertext.length ?? 0);
}
