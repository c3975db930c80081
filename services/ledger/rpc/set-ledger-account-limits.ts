import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { changed, limitsOf, loadOpen } from '../admin.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Sets the floor and the ceiling of a ledger account. */
export function setLedgerAccountLimits(context: Context): Rpcs<typeof LedgerService>['setLedgerAccountLimits'] {
  return (request, call) =>
    context.commands.run(Contract.method.setLedgerAccountLimits, request, call, {
      decide: async (tx) => {
        const row = await loadOpen(tx, request.ledgerAccountId);
        if (row.state === 'migrating') throw refuse('LEDGER_ACCOUNT_MIGRATING');
        if (row.striped) throw refuse('LEDGER_ACCOUNT_STRIPED');
        Object.assign(row, limitsOf(row.currency, request));
        return { ledgerAccount: await changed(tx, row) };
      },
    });
}
