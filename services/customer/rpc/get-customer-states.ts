import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { stateMessage } from '../profile.ts';
import { selectStandings } from '../tables.ts';

/** Reads the states of customers, without anything personal: no key is touched. */
export function getCustomerStates({ database }: Context): Rpcs<typeof CustomerService>['getCustomerStates'] {
  return async ({ customerIds }) => {
    const rows = await database.query(selectStandings(customerIds));
    return {
      standings: rows.map(({ id, kind, state, branchId, restricted, standingVersion, tierCode }) => ({
        customerId: id,
        state: stateMessage(state),
        organisation: kind === 'organisation',
        branchId,
        restricted,
        standingVersion,
        tierCode,
      })),
    };
  };
}
