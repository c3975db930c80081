import { maskedFields } from '#chassis/mask.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  AccountService as Contract,
  UpdatePotRequestSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { openDetails, readHolders, readRow } from '../accounts.ts';
import { applyChange, lockFree, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkPotAccount, checkPotOpen } from '../domain/pot.ts';
import { refuse } from '../domain/refusals.ts';
import { publishPotChanged } from '../events.ts';
import { selectPot, updatePotTerms } from '../pot-tables.ts';
import { checkMayPay, goalOf, potMessage, readPot, sealPotName } from '../pots.ts';

const MUTABLE = ['displayName', 'goalAmount', 'goalDate'] as const;

/** Changes what a pot is called, and its goal. The ledger need not know. */
export function updatePot(context: Context): Rpcs<typeof AccountService>['updatePot'] {
  const { clock, commands, database, vault } = context;
  return (request, call) =>
    whenFree(call, () => {
      const fields = maskedFields(UpdatePotRequestSchema, request, request.updateMask, MUTABLE);
      return commands.run(Contract.method.updatePot, request, call, {
        prepare: async () => {
          const { accountId } = await readPot(context, request.potId);
          await checkMayPay(context, accountId, 0n, call);
          const { partyId, currency } = await readRow(database, accountId);
          const { openDate } = await clock.read();
          const goal = goalOf(request, currency, openDate.toString());
          await vault.ready(partyId);
          const isNamed = fields.includes('displayName') && request.displayName !== '';
          const name = isNamed ? await sealPotName(vault, partyId, request.displayName) : undefined;
          return { accountId, partyId, goal, name };
        },
        decide: async (tx, { accountId, partyId, goal, name }) => {
          const row = await lockFree(tx, accountId);
          const [pot] = await tx.query(selectPot(request.potId));
          if (!pot) throw refuse('POT_NOT_FOUND');
          checkPotOpen(pot);
          checkPotAccount(row);
          if (row.partyId !== partyId) throw refuse('ACCOUNT_BUSY');
          const after = {
            ...pot,
            ...(name && { name }),
            ...(fields.includes('goalAmount') && { goalAmount: goal.goalAmount }),
            ...(fields.includes('goalDate') && { goalDate: goal.goalDate }),
          };
          await tx.execute(updatePotTerms(after));
          const details = await openDetails(vault, row);
          applyChange(tx, row, {
            holders: await readHolders(tx.em, row.id),
            before: details,
            after: details,
            apply: () => publishPotChanged(pot.id, pot.state),
            resourceIds: [pot.id],
          });
          return { pot: await potMessage(vault, after, row.currency) };
        },
      });
    });
}
