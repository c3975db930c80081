// The steps of what is asked of a hold that is there, and moves no money: to extend it, to let it go.
import type { DescMethodUnary } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { CommandRequest } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import type { CallOptions, OrderSteps } from '#chassis/order.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import { holdMessage, readHold, requireSide, resourcesOfHold, type Standing } from './holds.ts';

type Methods = typeof TransactionService.method;
type Method = Methods['extendHold'] | Methods['releaseHold'];

/** What is asked: `key` tells it apart at the ledger, for ever. Times are milliseconds since the epoch. */
export interface HoldIntent {
  readonly holdId: string;
  readonly key: string;
  readonly expireTime: number | null;
}

/** Runs changes of holds: who may, by `side`; and what the ledger is asked, by `ask`. */
export function holdChange<M extends Method & DescMethodUnary>(
  context: Context,
  method: M,
  {
    side,
    ask,
  }: {
    readonly side: 'creditor' | 'debtor';
    readonly ask: (intent: HoldIntent, options: CallOptions) => Promise<Standing>;
  },
) {
  const steps: OrderSteps<M, HoldIntent, HoldIntent, Standing> = {
    method,
    plan: async (_, intent) => intent,
    carryOut: ask,
    async settle(tx, { holdId }, outcome) {
      const hold = await readHold(tx, holdId);
      tx.record({ resourceIds: resourcesOfHold(hold), partyId: hold.partyId });
      return ('refusal' in outcome ? {} : { hold: await holdMessage(context.vault, hold, outcome.value) }) as never;
    },
  };
  const order = context.orders.define(steps);
  return (
    request: Parameters<typeof order.run>[0] & CommandRequest & { readonly holdId: string },
    call: Call,
    expireTime: number | null,
  ) =>
    order.run(request, call, async () => {
      const hold = await readHold(context.database, request.holdId);
      await requireSide(context, hold, side, call);
      return { holdId: request.holdId, key: newId('cmd'), expireTime };
    });
}
