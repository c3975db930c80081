import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRows } from '../accounts.ts';
import type { Context } from '../context.ts';
import { insertParticulars, type ParticularsRow, sealTexts } from '../entry-particulars.ts';

/** Takes what lines of accounts say besides amounts. */
export function recordEntryParticulars(context: Context): Rpcs<typeof AccountService>['recordEntryParticulars'] {
  const { commands, database, vault } = context;
  return (request, call) =>
    commands.run(Contract.method.recordEntryParticulars, request, call, {
      prepare: async () => {
        const accounts = await readRows(database, [...new Set(request.entries.map(({ accountId }) => accountId))]);
        const rows = request.entries.map(async (entry): Promise<ParticularsRow[]> => {
          const account = accounts.get(entry.accountId);
          if (!account) return [];
          const { accountId, journalId, counterpartyAccountId } = entry;
          const texts = await sealTexts(vault, account.partyId, entry);
          return [{ accountId, journalId, counterpartyAccountId: counterpartyAccountId || null, texts }];
        });
        return (await Promise.all(rows)).flat();
      },
      decide: async (tx, rows) => {
        if (rows.length > 0) await tx.execute(insertParticulars(rows));
        return {};
      },
    });
}
