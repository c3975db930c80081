import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListCustomerVersionsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { CustomerRow, CustomerVersionRow } from '../tables.ts';
import { versionMessage } from '../versions.ts';

/** Lists the versions of a customer, newest first. */
export function listCustomerVersions({
  database,
  pages,
  vault,
}: Context): Rpcs<typeof CustomerService>['listCustomerVersions'] {
  return async (request, { principal }) => {
    const { customerId } = request;
    const { size, after } = pages.read(ListCustomerVersionsRequestSchema, request);
    const em = database.orm.em.fork();
    const customer = await em.findOne(CustomerRow, { id: customerId });
    if (!customer) throw refuse('CUSTOMER_NOT_FOUND');
    const rows = await em.find(
      CustomerVersionRow,
      { customerId, ...(after && { version: { $lt: Number(after[0]) } }) },
      { orderBy: { version: 'desc' }, limit: size + 1 },
    );
    const page = fitting(
      rows.slice(0, size),
      ({ profile, remark }) => profile.ciphertext.length + (remark?.ciphertext.length ?? 0),
    );
    const last = page.at(-1);
    return {
      versions: await Promise.all(page.map((kept) => versionMessage(vault, customer, kept, principal))),
      nextPageToken:
        rows.length > page.length && last
          ? pages.next(ListCustomerVersionsRequestSchema, request, [String(last.version)])
          : '',
    };
  };
}
