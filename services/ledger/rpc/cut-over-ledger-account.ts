import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { changed, limitsOf, loadOpen } from '../admin.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Ends a ledger account's migration for good. */
export function cutOverLedgerAccount(context: Context): Rpcs<typeof LedgerService>['cutOverLedgerAccount'] {
  return (request, call) =>
    context.commands.run(Contract.method.cutOverLedgerAccount, request, call, {
      decide: async (tx) => {
        const row = await loadOpen(tx, request.ledgerAccountId);
        if (row.state !== 'migrating') throw refuse('LEDGER_ACCOUNT_NOT_MIGRATING');
        row.state = 'open';
        Object.assign(row, limitsOf(row.currency, request));
        return { ledgerAccount: await changed(tx, row) };
      },
    });
}
