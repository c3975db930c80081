import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { ReviewDecision } from '#gen/bank/transaction/v1/review_pb.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { askedAgain } from '../accounts.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectHeld } from '../review-tables.ts';
import { type Ending, reviewSteps } from '../reviews.ts';
import { orderFrom, selectOrder } from '../tables.ts';

/** Decides on an order that is under review. */
export function decideReview(context: Context): Rpcs<typeof TransactionService>['decideReview'] {
  const order = context.orders.define(reviewSteps(context));
  return (request, call) => {
    const { transactionId } = request;
    const deciderId = call.principal?.partyId ?? '';
    const releases = request.decision === ReviewDecision.RELEASE;
    return order.run(request, call, async (): Promise<Ending> => {
      if (releases) await authoriseAgain(context, transactionId, call);
      return { transactionId, state: releases ? 'released' : 'refused', deciderId };
    });
  };
}

/** Much may have changed while it was held. What its customer may not order any more is not released. */
async function authoriseAgain({ accounts, database }: Context, transactionId: string, call: Call): Promise<void> {
  const [[raw], [held]] = await Promise.all([
    database.query(selectOrder(transactionId)),
    database.query(selectHeld(transactionId)),
  ]);
  // That there is nothing to decide is for the plan to say, under its lock.
  if (!raw || !held) return;
  const maker = { ...call, principal: fromJson(ActorSchema, held.actor as JsonValue) };
  const allowed = await accounts.authorise(askedAgain(orderFrom(raw)), maker);
  if (allowed.signaturesRequired) throw refuse('SIGNATURES_REQUIRED');
}
