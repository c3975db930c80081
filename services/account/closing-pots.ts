// The pots of an account that ends: emptied before it, closed after it. No other change of the account is under way meanwhile, so that nothing
// comes to them any more; and each call has an id that follows from the planned change.
import type { CallOptions } from '#chassis/order.ts';
import { tellLedger } from './changes.ts';
import type { Ending } from './closing.ts';
import { post } from './closing-journals.ts';
import type { Context } from './context.ts';
import { emptyingJournal } from './pot-money.ts';
import type { PotRow } from './pot-tables.ts';
import { potLedgerAccount } from './pots.ts';

/** Takes what is in the pots of an account to it. Where the account stays open after all, it is on it, and its holders move it again. */
export async function emptyPots(
  context: Context,
  ending: Ending,
  pots: readonly PotRow[],
  options: CallOptions,
): Promise<void> {
  for (const [index, pot] of pots.entries()) {
    const { refusal } = await post(context, emptyingJournal(ending, pot, index + 1), options);
    if (refusal && refusal.reason !== 'NOTHING_AVAILABLE') throw refusal;
  }
}

/** Closes the empty pots of an account that has ended. */
export async function closePots(
  context: Context,
  ending: Ending,
  pots: readonly PotRow[],
  options: CallOptions,
): Promise<void> {
  for (const [index, pot] of pots.entries()) {
    await tellLedger(context, ending, options, (command, on) => {
      const requestId = `${command.requestId}/pot${index + 1}`;
      return context.ledger.closeLedgerAccount({ ...command, requestId, ledgerAccountId: potLedgerAccount(pot) }, on);
    });
  }
}
