import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { insertPermit } from '../card-reveal-tables.ts';
import { readCard } from '../cards.ts';
import type { Context } from '../context.ts';

/** For as long as it takes to look, and no longer. */
const PERMIT_MS = 15 * 60_000;

/**
 * Lets one of the staff be shown the number of a card. What four eyes are for is kept and answered again, and a number is not: so it is the
 * permission that two decide, and the number is shown by another call to who has it.
 */
export function permitCardReveal(context: Context): Rpcs<typeof AccountService>['permitCardReveal'] {
  return (request, call) =>
    context.commands.run(Contract.method.permitCardReveal, request, call, {
      prepare: () => readCard(context, request.cardId),
      decide: async (tx, { id, accountId, customerId }) => {
        const expireMs = Date.now() + PERMIT_MS;
        const { partyId: staffId = '', approverId = '' } = call.principal ?? {};
        await tx.execute(insertPermit({ cardId: id, staffId, approverId, expireMs }));
        tx.record({ resourceIds: [id, accountId], partyId: customerId });
        return { expireTime: timestampFromMs(expireMs) };
      },
    });
}
