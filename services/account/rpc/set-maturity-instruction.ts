import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { openDetails, readHolders } from '../accounts.ts';
import { applyChange, lockFree, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkSweep } from '../domain/closing.ts';
import { checkInUse } from '../domain/life.ts';
import { refuse } from '../domain/refusals.ts';
import { maturityInstructions } from '../domain/words.ts';
import { publishUpdated } from '../events.ts';
import { warmKey } from '../mandates.ts';
import { checkPayoutAccount, ownersOf } from '../payouts.ts';
import { overMandate } from '../signed-changes.ts';
import { AccountRow } from '../tables.ts';

/** Says what shall become of a term deposit when it matures. */
export function setMaturityInstruction(context: Context): Rpcs<typeof AccountService>['setMaturityInstruction'] {
  const { commands, vault } = context;
  const check = ({ state, maturityDate }: AccountRow) => {
    checkInUse(state);
    if (!maturityDate) throw refuse('ACCOUNT_NOT_TERM_DEPOSIT');
  };
  const { setMaturityInstruction: method } = Contract.method;
  return overMandate(context, { method, action: 'change', check }, (request, call) =>
    whenFree(call, () =>
      commands.run(method, request, call, {
        prepare: async () => {
          await warmKey(context, request.accountId);
          const owners = await ownersOf(context, request.accountId);
          if (request.payoutAccountId !== '') await checkPayoutAccount(context, request.payoutAccountId, owners, call);
        },
        decide: async (tx) => {
          const row = await lockFree(tx, request.accountId);
          check(row);
          const payoutAccountId = request.payoutAccountId || row.payoutAccountId;
          const to = await tx.em.findOne(AccountRow, { id: payoutAccountId ?? '' });
          if (!to) throw refuse('CREDITOR_NOT_FOUND');
          checkSweep(row, to);
          const details = await openDetails(vault, row);
          const account = applyChange(tx, row, {
            holders: await readHolders(tx.em, row.id),
            before: details,
            after: details,
            apply: (its) => {
              its.maturityInstruction = maturityInstructions.word(request.instruction);
              its.payoutAccountId = to.id;
              return publishUpdated;
            },
          });
          return { account };
        },
      }),
    ),
  );
}
