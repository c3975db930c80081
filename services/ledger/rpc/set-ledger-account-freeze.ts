import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { changed, loadOpen } from '../admin.ts';
import type { Context } from '../context.ts';

/** Freezes a ledger account, or lets it go again. */
export function setLedgerAccountFreeze(context: Context): Rpcs<typeof LedgerService>['setLedgerAccountFreeze'] {
  return (request, call) =>
    context.commands.run(Contract.method.setLedgerAccountFreeze, request, call, {
      decide: async (tx) => {
        const row = await loadOpen(tx, request.ledgerAccountId);
        row.decreaseFrozen = request.decreaseFrozen;
        row.increaseFrozen = request.increaseFrozen;
        return { ledgerAccount: await changed(tx, row) };
      },
    });
}
