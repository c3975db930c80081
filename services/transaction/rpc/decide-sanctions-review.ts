import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { endingBy, prepareRelease, reviewSteps } from '../reviews.ts';

/** Decides, by two officers, on an order a party to which may be sanctioned. */
export function decideSanctionsReview(context: Context): Rpcs<typeof TransactionService>['decideSanctionsReview'] {
  const order = context.orders.define(reviewSteps(context, TransactionService.method.decideSanctionsReview));
  return (request, call) =>
    order.run(request, call, async () => {
      const ending = endingBy('officers', request, call);
      if (ending.state === 'released') await prepareRelease(context, ending.transactionId, call);
      return ending;
    });
}
