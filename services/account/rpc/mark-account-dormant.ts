import type { Rpcs } from '#chassis/serve.ts';
import { AccountState } from '#gen/bank/account/v1/account_pb.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { lockFree, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { next } from '../domain/life.ts';
import { refuse } from '../domain/refusals.ts';
import { changeState } from '../dormancy.ts';
import { publishDormant, publishInactive } from '../events.ts';
import { warmKey } from '../mandates.ts';
import { byOf } from '../status.ts';

/** Makes an account inactive, or one that is inactive dormant. */
export function markAccountDormant(context: Context): Rpcs<typeof AccountService>['markAccountDormant'] {
  const { clock, commands, vault } = context;
  return (request, call) =>
    whenFree(call, () =>
      commands.run(Contract.method.markAccountDormant, request, call, {
        prepare: async () => {
          await warmKey(context, request.accountId);
          return (await clock.read()).openDate.toString();
        },
        decide: async (tx, day) => {
          const event = eventFor(request.state);
          const row = await lockFree(tx, request.accountId);
          const state = next(row.state, event);
          const publish = event === 'rest' ? publishInactive('') : publishDormant;
          const change = { state, day, reason: 'NO_MOVEMENT' as const, by: byOf(call), publish };
          return { account: await changeState(vault, tx, row, change) };
        },
      }),
    );
}

function eventFor(state: AccountState) {
  if (state === AccountState.INACTIVE) return 'rest';
  if (state === AccountState.DORMANT) return 'sleep';
  throw refuse('STATE_INVALID');
}
