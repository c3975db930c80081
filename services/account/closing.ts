// How an account ends: its pots are emptied, its interest is paid out, its balance swept, its ledger account closed, and those of its pots. All of it is calls to the ledger with
// ids that follow from the planned change, in the same order whoever makes them, so that each is made once. What comes to the
// account after it was swept is swept again; what cannot be swept leaves it open, and what was paid until then stays paid.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import type { Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import { type CallOptions, type Outcome, outcomeOf } from '#chassis/order.ts';
import type { Account, FinalPayoutSchema } from '#gen/bank/account/v1/account_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { openOwnAccounts } from './booking-interest.ts';
import { begin, type Change, lockFree, settleChange, tellLedger } from './changes.ts';
import { checkCanEnd, previewEnd } from './closing-checks.ts';
import { interestJournal, interestJournalId, post, sweepJournal, unit } from './closing-journals.ts';
import { closePots, emptyPots } from './closing-pots.ts';
import type { Context } from './context.ts';
import { checkEnd, checkEscheat, checkEstate, lastInterest } from './domain/closing.ts';
import { minorOf } from './domain/interest-terms.ts';
import { refuse } from './domain/refusals.ts';
import { checkTermEnd } from './domain/term.ts';
import { publishClosed, publishEscheated } from './events.ts';
import { insertLastInterest, readEarned } from './interest-tables.ts';
import { checkFlow } from './payouts.ts';
import { endPotsOf, selectOpenPots } from './pot-tables.ts';
import { cancelOpenRequests } from './signatures.ts';
import { type By, moveTo, THE_BANK } from './status.ts';
import { AccountRow } from './tables.ts';

/** What an end is planned from. */
export interface EndPlan {
  readonly accountId: string;
  readonly today: string;
  /** The customer's account that the balance goes to; or one of the bank's own in the ledger. Neither: nowhere. */
  readonly sweepAccountId?: string;
  readonly sweepLedgerAccountId?: string;
  readonly state: 'closed' | 'escheated';
  /** True: it is frozen for a death, and let go while it is paid out. */
  readonly isEstate?: boolean;
  /** True: it is a term deposit that is withdrawn early, at the cost of the penalty of its product. */
  readonly isEarly?: boolean;
  /** Refuses an account that must not end so, or may not be swept to. */
  readonly check?: (row: AccountRow) => void;
  readonly by: By;
}

/** What is planned. Amounts are minor units as text: the intent is JSON. */
export interface EndTerms {
  readonly today: string;
  readonly state: 'closed' | 'escheated';
  readonly by: By;
  /** How it was frozen, where it is let go while it is paid out. */
  readonly frozen: { readonly debits: boolean; readonly credits: boolean } | null;
  readonly sweepAccountId: string;
  readonly sweepLedgerAccountId: string;
  readonly interest: {
    readonly gross: string;
    readonly penalty?: string;
    readonly tax: string;
    /** What is charged for overdrafts, of what was owed. Absent in what was planned before there was any. */
    readonly charge?: string;
    readonly owed?: string;
    readonly outstanding: string;
    readonly date: string;
  } | null;
}

export type Ending = Change<EndTerms>;

/** What the ledger has done. */
export interface Ended {
  readonly swept: bigint;
  /** Why it stays open, where it does. */
  readonly refusal: Refusal | undefined;
}

const MOST_SWEEPS = 5;

/** Plans the end of an account: what interest it is paid counts as posted from here on. */
export async function planEnd(tx: CommandTx, plan: EndPlan): Promise<Ending> {
  const { accountId, today, state, by, sweepAccountId = '', sweepLedgerAccountId } = plan;
  const row = await lockFree(tx, accountId);
  plan.check?.(row);
  const to = sweepAccountId === '' ? null : await tx.em.findOne(AccountRow, { id: sweepAccountId });
  if (sweepAccountId !== '' && !to) throw refuse('CREDITOR_NOT_FOUND');
  const exponent = exponentOf(row.currency) ?? 2;
  const earned = await readEarned(tx, accountId);
  if (!plan.isEstate) checkTermEnd(row.maturityDate, today, plan.isEarly ?? false);
  const isPenalised = plan.isEarly === true && today < (row.maturityDate ?? '');
  const interest = lastInterest(earned, today, exponent, isPenalised ? earned?.penaltyPercent : undefined);
  if (state === 'escheated') checkEscheat(row);
  else if (plan.isEstate) checkEstate(row, to ?? undefined);
  else checkEnd(row, to ?? undefined, interest);
  if (to) await checkFlow(tx, row, to.id, today);
  const minor = (amount: Parameters<typeof minorOf>[1]) => String(minorOf(row.currency, amount));
  if (interest) {
    await tx.execute(sql`
      update interest_account set posted = posted + ${interest.gross.toFixed()}::numeric,
        overdraft_posted = overdraft_posted + ${interest.charge.toFixed()}::numeric where account_id = ${accountId}
    `);
  }
  const frozen = plan.isEstate ? { debits: row.freezeDebits, credits: row.freezeCredits } : null;
  const terms: EndTerms = {
    frozen,
    today,
    state,
    by,
    sweepAccountId,
    sweepLedgerAccountId: sweepLedgerAccountId ?? (to ? deriveId('lac', to.id) : ''),
    interest:
      interest && earned
        ? {
            gross: minor(interest.gross),
            penalty: minor(interest.penalty),
            tax: minor(interest.tax),
            charge: minor(interest.charge),
            owed: earned.overdraft?.owed.toFixed() ?? '0',
            outstanding: earned.outstanding.toFixed(),
            date: earned.accruedThrough,
          }
        : null,
  };
  return begin(row, 'close', terms);
}

/** What was planned, also before there were sweeps: then only the day was. */
export function endingOf(ending: Change<Partial<EndTerms> & { readonly closeDate?: string }>): Ending {
  const { closeDate = '', ...terms } = ending.terms;
  const none = {
    state: 'closed',
    by: THE_BANK,
    sweepAccountId: '',
    sweepLedgerAccountId: '',
    interest: null,
    frozen: null,
  } as const;
  return { ...ending, terms: { today: closeDate, ...none, ...terms } };
}

/** Tells the ledger: what is in pots, interest, then the end, with sweeps between as long as there is something to sweep. */
export async function carryOutEnd(context: Context, ending: Ending, options: CallOptions): Promise<Ended> {
  if (options.validateOnly) return previewEnd(context, ending, options);
  const { terms, currency } = ending;
  const pots = await context.database.query(selectOpenPots(ending.accountId));
  await checkCanEnd(context, ending, pots);
  await emptyPots(context, ending, pots, options);
  if (terms.interest) {
    await openOwnAccounts(context, currency);
    const { refusal } = await post(context, interestJournal(ending), options);
    if (refusal) throw refusal;
  }
  let swept = 0n;
  for (let round = 0; ; round += 1) {
    const outcome = await outcomeOf(() =>
      tellLedger(context, ending, options, (command, on) => {
        const requestId = round === 0 ? command.requestId : `${command.requestId}/${round}`;
        return context.ledger.closeLedgerAccount({ ...command, requestId }, on);
      }),
    );
    if (!('refusal' in outcome)) {
      await closePots(context, ending, pots, options);
      return { swept, refusal: undefined };
    }
    const { refusal } = outcome;
    const isSwept = terms.sweepLedgerAccountId !== '' && refusal.reason === 'BALANCE_NOT_ZERO' && round < MOST_SWEEPS;
    if (!isSwept) {
      // Where nothing has moved, it is as if it had never been asked for.
      if (swept === 0n && !terms.interest) throw refusal;
      return { swept, refusal };
    }
    const sweep = await post(context, sweepJournal(ending, round + 1), options);
    if (sweep.refusal) {
      const why = sweep.refusal.reason === 'NOTHING_AVAILABLE' ? refusal : sweep.refusal;
      if (swept === 0n && !terms.interest) throw why;
      return { swept, refusal: why };
    }
    swept += sweep.swept;
  }
}

/** Lets an account go that is frozen for a death while it is paid out. Where it stays open, it is frozen as it was. */
export async function lifting(
  context: Context,
  ending: Ending,
  options: CallOptions,
  work: () => Promise<Ended>,
): Promise<Ended> {
  const { frozen } = ending.terms;
  if (!frozen || options.validateOnly) return work();
  const set = (decreaseFrozen: boolean, increaseFrozen: boolean, suffix: string) =>
    tellLedger(context, ending, options, (command, on) => {
      const requestId = `${command.requestId}${suffix}`;
      return context.ledger.setLedgerAccountFreeze({ ...command, requestId, decreaseFrozen, increaseFrozen }, on);
    });
  await set(false, false, '');
  const outcome = await outcomeOf(work);
  const isLeft = 'refusal' in outcome || outcome.value.refusal !== undefined;
  if (isLeft) await set(frozen.debits, frozen.credits, '/again');
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.value;
}

/** Settles an end. What was paid is written in either case; where the account stays open, it is refused for why. */
export async function settleEnd(
  context: Context,
  tx: CommandTx,
  ending: Ending,
  outcome: Outcome<Ended>,
): Promise<{ account: Account; payout?: MessageInitShape<typeof FinalPayoutSchema> }> {
  const { accountId, currency, terms, changeNo } = ending;
  const { interest } = terms;
  const isRefused = 'refusal' in outcome;
  if (interest && isRefused) {
    // Nothing was paid: it is outstanding again.
    await tx.execute(sql`
      update interest_account set posted = posted - ${unit(currency, interest.gross)}::numeric,
        overdraft_posted = overdraft_posted - ${unit(currency, interest.charge ?? '0')}::numeric where account_id = ${accountId}
    `);
  } else if (interest) {
    const ids = { journalId: interestJournalId({ accountId, changeNo }), accountId, currency };
    await tx.execute(insertLastInterest(ids, interest));
  }
  const left = isRefused ? outcome.refusal : outcome.value.refusal;
  const swept = isRefused ? 0n : outcome.value.swept;
  const money = (minor: bigint) => toMoney({ currency, minor });
  const isPaid = interest !== null || swept > 0n;
  const payout = {
    ...(interest && { interest: money(BigInt(interest.gross)), withholdingTax: money(BigInt(interest.tax)) }),
    ...(interest && (interest.penalty ?? '0') !== '0' && { penalty: money(BigInt(interest.penalty ?? '0')) }),
    ...(interest && (interest.charge ?? '0') !== '0' && { overdraftInterest: money(BigInt(interest.charge ?? '0')) }),
    ...(swept > 0n && { swept: money(swept), sweepAccountId: terms.sweepAccountId }),
  };
  const paid = isPaid ? payout : undefined;
  const settled: Outcome<unknown> = left ? { refusal: left } : { value: undefined };
  const account = await settleChange(context, tx, {
    change: ending,
    outcome: settled,
    apply: (row) => {
      if (terms.frozen) {
        row.freezeDebits = false;
        row.freezeCredits = false;
        row.freezeReason = null;
        row.freezeReference = '';
      }
      moveTo(tx, row, terms.state, { day: terms.today, reason: reasonOf(terms), by: terms.by });
      row.closeDate = terms.today;
      return terms.state === 'closed' ? publishClosed(paid) : publishEscheated(paid);
    },
  });
  // Refused with something paid: the order's own outcome is not a refusal, so that it is said here.
  if (left && !isRefused) throw left;
  if (!left) {
    const row = await tx.em.findOneOrFail(AccountRow, { id: accountId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    await cancelOpenRequests(tx, row, 'ACCOUNT_CLOSED');
    await tx.execute(endPotsOf(accountId, terms.today));
  }
  return { account, ...(isPaid && { payout }) };
}

function reasonOf({ state, frozen }: EndTerms) {
  if (frozen) return 'ESTATE_PAID_OUT';
  return state === 'closed' ? 'CLOSED' : 'ESCHEATED';
}
