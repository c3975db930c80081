import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import type { Context } from '../context.ts';
import { better, type Matched, matchOf } from '../domain/name-match.ts';
import { openProfile } from '../profile.ts';
import { CustomerRow } from '../tables.ts';

const NOBODY: Matched = { match: NameMatch.NOAP, matchedName: '' };

/** Holds a name against those of customers. */
export function matchName({ database, vault }: Context): Rpcs<typeof CustomerService>['matchName'] {
  return async ({ customerIds, name }) => {
    const rows = await database.orm.em.fork().find(CustomerRow, { id: { $in: [...new Set(customerIds)] } });
    const opened = await Promise.all(rows.map((row) => openProfile(vault, row)));
    const matches = opened.flatMap((particulars) => (particulars ? [matchOf(name, particulars.party)] : []));
    const { match, matchedName } = matches.reduce(better, NOBODY);
    return { nameMatch: match, matchedName };
  };
}
