import type { Call } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  AccountService as Contract,
  type WakeAccountRequest,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { isCustomer, lockFree, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { next } from '../domain/life.ts';
import { changeState, saveMovements } from '../dormancy.ts';
import { publishWoken } from '../events.ts';
import { warmKey } from '../mandates.ts';
import { overMandate } from '../signed-changes.ts';
import { byOf } from '../status.ts';

/** Wakes an account that is inactive or dormant, and counts its days anew. */
export function wakeAccount(context: Context): Rpcs<typeof AccountService>['wakeAccount'] {
  const { clock, commands, vault } = context;
  const check = ({ state }: Parameters<Parameters<typeof overMandate>[1]['check']>[0]) => void next(state, 'wake');
  return overMandate(context, { method: Contract.method.wakeAccount, action: 'change', check }, (request, call) =>
    whenFree(call, () =>
      commands.run(Contract.method.wakeAccount, request, call, {
        prepare: async () => {
          await warmKey(context, request.accountId);
          await prove(context, request, call);
          return (await clock.read()).openDate.toString();
        },
        decide: async (tx, day) => {
          const row = await lockFree(tx, request.accountId);
          const state = next(row.state, 'wake');
          tx.write(saveMovements, { accountId: row.id, date: day });
          const change = { state, day, reason: 'WOKEN' as const, by: byOf(call), publish: publishWoken(row.state) };
          return { account: await changeState(vault, tx, row, change) };
        },
      }),
    ),
  );
}

/** Has a holder prove who they are; nobody is asked to prove what would be refused. What was signed, the signatories have proved. */
async function prove(context: Context, { accountId, requestId, validateOnly }: WakeAccountRequest, call: Call) {
  const { principal, caller, rpc } = call;
  next((await readRow(context.database, accountId)).state, 'wake');
  if (!principal || !isCustomer(call) || caller !== 'edge') return;
  const content = Buffer.from(`wake ${accountId}`);
  await context.stepUp({ principal, rpc, requestId, validateOnly, content }, call);
}
