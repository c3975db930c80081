import type { Rpcs } from '#chassis/serve.ts';
import { ReviewDecision } from '#gen/bank/transaction/v1/review_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { itemMessage } from '../suspense.ts';
import { decideItem, lockItem } from '../suspense-tables.ts';

/** Says, by two officers, whether a party to money in suspense is sanctioned. */
export function decideSuspenseItem({
  commands,
  vault,
}: Context): Rpcs<typeof TransactionService>['decideSuspenseItem'] {
  return (request, call) => {
    const { suspenseItemId, decision } = request;
    return commands.run(TransactionService.method.decideSuspenseItem, request, call, {
      // What its own key opens is opened before the transaction.
      prepare: () => vault.ready(suspenseItemId),
      decide: async (tx) => {
        const [item] = await tx.query(lockItem(suspenseItemId));
        if (!item) throw refuse('SUSPENSE_ITEM_NOT_FOUND');
        if (item.state !== 'open') throw refuse('SUSPENSE_ITEM_NOT_OPEN');
        if (item.reason !== 'sanctions_match') throw refuse('REVIEW_NOT_OPEN');
        const reason = decision === ReviewDecision.RELEASE ? 'sanctions_cleared' : 'sanctions_confirmed';
        await tx.execute(decideItem(suspenseItemId, reason));
        tx.record({ resourceIds: [suspenseItemId], partyId: suspenseItemId });
        return { suspenseItem: await itemMessage(vault, { ...item, reason }) };
      },
    });
  };
}
