// Whether an account can end, as its balance and those of its pots stand: asked before anything of its end is booked, so that what is refused has
// paid nothing; and what would come of it.
import { actorOf } from '#chassis/call-context.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import { type CallOptions, outcomeOf } from '#chassis/order.ts';
import type { Ended, Ending } from './closing.ts';
import { interestJournalId, sweepJournal } from './closing-journals.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { type PotRow, selectOpenPots } from './pot-tables.ts';
import { potLedgerAccount } from './pots.ts';

/**
 * Refuses an end that would stop half-way as things stand: below zero with what is still owed, or above and with nowhere to go to. Where nothing is
 * booked before the ledger says so itself, it is not asked for; nor once it has begun.
 */
export async function checkCanEnd(context: Context, ending: Ending, pots: readonly PotRow[]): Promise<void> {
  const { terms, accountId, currency } = ending;
  if (!terms.interest && pots.length === 0) return;
  if (terms.interest && (await isBooked(context, interestJournalId(ending)))) return;
  const { booked } = await unpledged(context, accountId, pots);
  checkTotal(ending, booked + netOf(ending), toMoney({ currency, minor: booked }).amount);
}

function checkTotal({ terms }: Ending, total: bigint, booked: string): void {
  if (total === 0n) return;
  if (terms.sweepLedgerAccountId === '' || total < 0n) throw refuse('BALANCE_NOT_ZERO', { booked });
}

/** The interest that is paid, less what it costs. */
function netOf({ terms: { interest } }: Ending): bigint {
  const less = BigInt(interest?.penalty ?? '0') + BigInt(interest?.tax ?? '0') + BigInt(interest?.charge ?? '0');
  return BigInt(interest?.gross ?? '0') - less;
}

async function isBooked({ ledger }: Context, journalId: string): Promise<boolean> {
  const outcome = await outcomeOf(() => ledger.getJournal({ journalId }));
  if (!('refusal' in outcome)) return true;
  if (outcome.refusal.reason === 'JOURNAL_NOT_FOUND') return false;
  throw outcome.refusal;
}

/** What would happen: as the balance stands. */
export async function previewEnd(context: Context, ending: Ending, options: CallOptions): Promise<Ended> {
  const { terms, accountId, currency } = ending;
  const pots = await context.database.query(selectOpenPots(accountId));
  const { booked, own } = await unpledged(context, accountId, pots);
  const total = booked + netOf(ending);
  checkTotal(ending, total, toMoney({ currency, minor: booked }).amount);
  const on = { deadline: options.deadline, trace: options.call.trace };
  // What is frozen is not asked about: it is let go first.
  if (own > 0n && total > 0n && !terms.frozen) {
    const { outcomes } = await context.ledger.postJournals(
      {
        journals: [{ ...sweepJournal(ending, 1), ...(options.call.principal && { actor: actorOf(options.call) }) }],
        validateOnly: true,
      },
      on,
    );
    const [outcome] = outcomes;
    if (outcome?.result.case === 'refusal') throw readRefusal(outcome.result.value);
  }
  return { swept: total, refusal: undefined };
}

/** The balance of an account on which nothing is authorised and not booked yet, with what is in pots of it; else HOLD_OPEN. */
export async function unpledged(
  { ledger }: Context,
  accountId: string,
  pots: readonly PotRow[] = [],
): Promise<{ readonly booked: bigint; readonly own: bigint }> {
  const ledgerAccountIds = [deriveId('lac', accountId), ...pots.map(potLedgerAccount)];
  const { balances } = await ledger.getBalances({ ledgerAccountIds });
  const [balance] = balances;
  const minor = (money: { currencyCode: string; amount: string } | undefined) => (money ? fromMoney(money).minor : 0n);
  if (minor(balance?.held) !== 0n || minor(balance?.pendingIn) !== 0n) throw refuse('HOLD_OPEN');
  return { booked: balances.reduce((sum, one) => sum + minor(one.booked), 0n), own: minor(balance?.booked) };
}
