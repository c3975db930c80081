import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListKycTierSetsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { NEWEST, selectTierSets, tierSetFrom } from '../kyc-tables.ts';

/** Lists the versions of the tiers, newest first. */
export function listKycTierSets({ database, pages }: Context): Rpcs<typeof CustomerService>['listKycTierSets'] {
  return async (request) => {
    const { size, after } = pages.read(ListKycTierSetsRequestSchema, request);
    const rows = await database.query(selectTierSets(Number(after?.[0] ?? NEWEST), size + 1));
    const tierSets = rows.slice(0, size).map(tierSetFrom);
    const last = rows.length > size ? tierSets.at(-1) : undefined;
    const nextPageToken = last ? pages.next(ListKycTierSetsRequestSchema, request, [String(last.version)]) : '';
    return { tierSets, nextPageToken };
  };
}
