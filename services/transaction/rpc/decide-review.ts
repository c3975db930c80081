import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { endingBy, prepareRelease, reviewSteps } from '../reviews.ts';
import { findAgain } from '../screened-orders.ts';

/** Decides on an order that is under review. */
export function decideReview(context: Context): Rpcs<typeof TransactionService>['decideReview'] {
  const order = context.orders.define(reviewSteps(context, TransactionService.method.decideReview));
  return (request, call) =>
    order.run(request, call, async () => {
      const ending = endingBy('officer', request, call);
      const released = ending.state === 'released' && (await prepareRelease(context, ending.transactionId, call));
      // The lists have changed since: two officers say whether it is them.
      if (released && (await findAgain(context, released, call))) throw refuse('SANCTIONS_REVIEW');
      return ending;
    });
}
