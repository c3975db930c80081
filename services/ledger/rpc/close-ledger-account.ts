import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { changed, loadOpen, standingOf } from '../admin.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { balanceMessage } from '../messages.ts';

/** Closes a ledger account for good. */
export function closeLedgerAccount(context: Context): Rpcs<typeof LedgerService>['closeLedgerAccount'] {
  return (request, call) =>
    context.commands.run(Contract.method.closeLedgerAccount, request, call, {
      decide: async (tx) => {
        const row = await loadOpen(tx, request.ledgerAccountId);
        const { balance } = await standingOf(tx, row);
        if (balance !== 0n) {
          throw refuse('BALANCE_NOT_ZERO', { booked: balanceMessage(row.currency, row.normalSide, balance).amount });
        }
        if (row.held !== 0n || row.pendingIn !== 0n) throw refuse('HOLD_OPEN');
        row.state = 'closed';
        return { ledgerAccount: await changed(tx, row) };
      },
    });
}
