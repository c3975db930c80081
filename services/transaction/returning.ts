// The steps by which money in suspense goes back to the bank that it came from.
import type { OrderSteps } from '#chassis/order.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { Booking } from './domain/words.ts';
import { bookBack, itemMessage } from './suspense.ts';
import { holdItem, lockItem, reopenItem, returnItem } from './suspense-tables.ts';

interface Planned {
  readonly itemId: string;
  readonly isoReason: string;
}

interface Intent extends Planned {
  readonly journalId: string;
  readonly currency: string;
  readonly amount: string;
}

type Method = typeof TransactionService.method.returnSuspenseItem;

/** The steps of a return of what is in suspense. It is answered when it is settled. */
export function returnSteps(context: Context): OrderSteps<Method, Planned, Intent, Booking> {
  return {
    method: TransactionService.method.returnSuspenseItem,
    async plan(tx, planned) {
      const [item] = await tx.query(lockItem(planned.itemId));
      if (!item) throw refuse('SUSPENSE_ITEM_NOT_FOUND');
      if (item.state !== 'open') throw refuse('SUSPENSE_ITEM_NOT_OPEN');
      if (item.reason === 'sanctions_match') throw refuse('SANCTIONS_REVIEW');
      if (item.externalReference === null) throw refuse('SUSPENSE_ITEM_NOT_RETURNABLE');
      await tx.execute(holdItem(item.id));
      // By its name integration knows which payment goes back.
      return { ...planned, journalId: `${item.journalId}_return`, currency: item.currency, amount: item.amount };
    },
    carryOut: (intent, { validateOnly, deadline, call }) =>
      bookBack(context, intent, { validateOnly, deadline, trace: call.trace }),
    async settle(tx, { itemId, isoReason }, outcome) {
      if ('refusal' in outcome) {
        await tx.execute(reopenItem(itemId));
        return {};
      }
      await tx.execute(returnItem(itemId, isoReason, outcome.value.bookingDate));
      const [item] = await tx.query(lockItem(itemId));
      if (!item) throw refuse('SUSPENSE_ITEM_NOT_FOUND');
      tx.record({ resourceIds: [itemId], partyId: itemId });
      return { suspenseItem: await itemMessage(context.vault, item) };
    },
  };
}
