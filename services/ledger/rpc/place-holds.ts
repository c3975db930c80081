import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { assumedOf } from '../assumed.ts';
import type { Context } from '../context.ts';
import { placingOf } from '../hold-drafts.ts';
import type { HoldGroup, HoldOutcome } from '../holds.ts';

/** Places holds, each with its own outcome. */
export function placeHolds({ lane, keys }: Context): Rpcs<typeof LedgerService>['placeHolds'] {
  const key = keys.secret('journal');
  return async (request, call) => {
    const assumed = assumedOf(request);
    const submit = (group: HoldGroup) => (request.validateOnly ? lane.rehearse(group, assumed) : lane.submit(group));
    const outcomes = await Promise.all(
      request.holds.map(async (hold) => {
        try {
          const placing = { hold: placingOf(hold, call, key), call, deadline: call.deadline };
          return outcomeMessage(hold.holdId, await submit(placing));
        } catch (error) {
          if (error instanceof Refusal) return outcomeMessage(hold.holdId, { refusal: error });
          throw error;
        }
      }),
    );
    return { outcomes };
  };
}

function outcomeMessage(holdId: string, outcome: HoldOutcome) {
  if ('refusal' in outcome) {
    return { holdId, result: { case: 'refusal' as const, value: refusalMessage(outcome.refusal) } };
  }
  const placed = { knownTime: timestampFromDate(outcome.knownTime) };
  return { holdId, result: { case: 'placed' as const, value: placed } };
}
