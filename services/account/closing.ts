// How an account ends: its interest is paid out, its balance swept, its ledger account closed. All of it is calls to the ledger with
// ids that follow from the planned change, in the same order whoever makes them, so that each is made once. What comes to the
// account after it was swept is swept again; what cannot be swept leaves it open, and what was paid until then stays paid.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import { actorOf } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Refusal } from '#chassis/errors.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, MINOR_MAX, toMoney } from '#chassis/money.ts';
import { type CallOptions, type Outcome, outcomeOf } from '#chassis/order.ts';
import type { Account, FinalPayoutSchema } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { PostJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { openOwnAccounts, ownAccount } from './booking-interest.ts';
import { begin, type Change, lockFree, settleChange, tellLedger } from './changes.ts';
import type { Context } from './context.ts';
import { checkEnd, checkEscheat, lastInterest } from './domain/closing.ts';
import { minorOf } from './domain/interest-terms.ts';
import { refuse } from './domain/refusals.ts';
import { publishClosed, publishEscheated } from './events.ts';
import { readEarned } from './interest-tables.ts';
import { cancelOpenRequests } from './signatures.ts';
import { type By, moveTo, THE_BANK } from './status.ts';
import { AccountRow } from './tables.ts';

type Legs = NonNullable<MessageInitShape<typeof PostJournalsRequestSchema>['journals']>[number];

/** What an end is planned from. */
export interface EndPlan {
  readonly accountId: string;
  readonly today: string;
  /** The customer's account that the balance goes to; or one of the bank's own in the ledger. Neither: nowhere. */
  readonly sweepAccountId?: string;
  readonly sweepLedgerAccountId?: string;
  readonly state: 'closed' | 'escheated';
  /** Refuses an account that must not end so, or may not be swept to. */
  readonly check?: (row: AccountRow) => void;
  readonly by: By;
}

/** What is planned. Amounts are minor units as text: the intent is JSON. */
export interface EndTerms {
  readonly today: string;
  readonly state: 'closed' | 'escheated';
  readonly by: By;
  readonly sweepAccountId: string;
  readonly sweepLedgerAccountId: string;
  readonly interest: {
    readonly gross: string;
    readonly tax: string;
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
  const interest = lastInterest(earned, today, exponent);
  if (state === 'escheated') checkEscheat(row);
  else checkEnd(row, to ?? undefined, interest);
  const minor = (amount: Parameters<typeof minorOf>[1]) => String(minorOf(row.currency, amount));
  if (interest) {
    await tx.execute(sql`
      update interest_account set posted = posted + ${interest.gross.toFixed()}::numeric where account_id = ${accountId}
    `);
  }
  const terms: EndTerms = {
    today,
    state,
    by,
    sweepAccountId,
    sweepLedgerAccountId: sweepLedgerAccountId ?? (to ? deriveId('lac', to.id) : ''),
    interest:
      interest && earned
        ? {
            gross: minor(interest.gross),
            tax: minor(interest.tax),
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
  const none = { state: 'closed', by: THE_BANK, sweepAccountId: '', sweepLedgerAccountId: '', interest: null } as const;
  return { ...ending, terms: { today: closeDate, ...none, ...terms } };
}

/** Tells the ledger: interest, then the end, with sweeps between as long as there is something to sweep. */
export async function carryOutEnd(context: Context, ending: Ending, options: CallOptions): Promise<Ended> {
  if (options.validateOnly) return previewEnd(context, ending, options);
  const { terms, currency } = ending;
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
    if (!('refusal' in outcome)) return { swept, refusal: undefined };
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

/** What would happen: as the balance stands. */
async function previewEnd(context: Context, ending: Ending, options: CallOptions): Promise<Ended> {
  const { terms, accountId } = ending;
  const { interest } = terms;
  const { booked } = await unpledged(context, accountId);
  const total = booked + (interest ? BigInt(interest.gross) - BigInt(interest.tax) : 0n);
  if (total === 0n) return { swept: 0n, refusal: undefined };
  if (terms.sweepLedgerAccountId === '' || total < 0n) {
    throw refuse('BALANCE_NOT_ZERO', { booked: toMoney({ currency: ending.currency, minor: booked }).amount });
  }
  const on = { deadline: options.deadline, trace: options.call.trace };
  if (booked > 0n) {
    const { outcomes } = await context.ledger.postJournals(
      { journals: [{ ...sweepJournal(ending, 1), actor: actorOf(options.call) }], validateOnly: true },
      on,
    );
    const [outcome] = outcomes;
    if (outcome?.result.case === 'refusal') throw readRefusal(outcome.result.value);
  }
  return { swept: total, refusal: undefined };
}

/** The balance of an account on which nothing is authorised and not booked yet; else HOLD_OPEN. */
export async function unpledged({ ledger }: Context, accountId: string): Promise<{ booked: bigint }> {
  const { balances } = await ledger.getBalances({ ledgerAccountIds: [deriveId('lac', accountId)] });
  const [balance] = balances;
  const minor = (money: { currencyCode: string; amount: string } | undefined) => (money ? fromMoney(money).minor : 0n);
  if (minor(balance?.held) !== 0n || minor(balance?.pendingIn) !== 0n) throw refuse('HOLD_OPEN');
  return { booked: minor(balance?.booked) };
}

async function post(
  { ledger }: Context,
  journal: Legs,
  { deadline, call }: CallOptions,
): Promise<{ swept: bigint; refusal: Refusal | undefined }> {
  const { outcomes } = await ledger.postJournals(
    { journals: [{ ...journal, actor: actorOf(call) }] },
    { deadline, trace: call.trace },
  );
  const result = outcomes[0]?.result;
  if (result?.case === 'refusal') return { swept: 0n, refusal: readRefusal(result.value) };
  if (result?.case !== 'posted') throw new Error('a journal was answered without an outcome');
  const [amount] = result.value.balancingAmounts;
  return { swept: amount ? fromMoney(amount).minor : 0n, refusal: undefined };
}

const tail = (id: string) => id.slice(id.indexOf('_') + 1);

function interestJournal({ accountId, changeNo, currency, terms: { interest } }: Ending): Legs {
  const [gross, tax] = [BigInt(interest?.gross ?? '0'), BigInt(interest?.tax ?? '0')];
  const leg = (ledgerAccountId: string, side: Side, minor: bigint) =>
    minor === 0n ? [] : [{ ledgerAccountId, side, amount: toMoney({ currency, minor }) }];
  return {
    journalId: `jnl_lastinterest_${tail(accountId)}_${changeNo}`,
    kind: JournalKind.INTEREST,
    legs: [
      ...leg(ownAccount('accrued_interest', currency), Side.DEBIT, gross),
      ...leg(deriveId('lac', accountId), Side.CREDIT, gross - tax),
      ...leg(ownAccount('withholding_tax', currency), Side.CREDIT, tax),
    ],
  };
}

function sweepJournal({ accountId, changeNo, currency, terms }: Ending, round: number): Legs {
  const atMost = toMoney({ currency, minor: MINOR_MAX });
  const zero = toMoney({ currency, minor: 0n });
  return {
    journalId: `jnl_sweep_${tail(accountId)}_${changeNo}_${round}`,
    kind: JournalKind.TRANSFER,
    legs: [
      { ledgerAccountId: deriveId('lac', accountId), side: Side.DEBIT, balancing: { atMost, target: zero } },
      { ledgerAccountId: terms.sweepLedgerAccountId, side: Side.CREDIT, balancing: { atMost } },
    ],
  };
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
      update interest_account set posted = posted - ${unit(currency, interest.gross)}::numeric where account_id = ${accountId}
    `);
  } else if (interest) {
    await tx.execute(sql`
      insert into interest_posting (journal_id, account_id, date, currency, outstanding, gross, tax, end_of_day, state)
      values (${`jnl_lastinterest_${tail(accountId)}_${changeNo}`}, ${accountId}, ${interest.date}::date, ${currency},
        ${interest.outstanding}::numeric, ${unit(currency, interest.gross)}::numeric,
        ${unit(currency, interest.tax)}::numeric, false, 'posted')
    `);
  }
  const left = isRefused ? outcome.refusal : outcome.value.refusal;
  const swept = isRefused ? 0n : outcome.value.swept;
  const money = (minor: bigint) => toMoney({ currency, minor });
  const isPaid = interest !== null || swept > 0n;
  const payout = {
    ...(interest && { interest: money(BigInt(interest.gross)), withholdingTax: money(BigInt(interest.tax)) }),
    ...(swept > 0n && { swept: money(swept), sweepAccountId: terms.sweepAccountId }),
  };
  const paid = isPaid ? payout : undefined;
  const settled: Outcome<unknown> = left ? { refusal: left } : { value: undefined };
  const account = await settleChange(context, tx, {
    change: ending,
    outcome: settled,
    apply: (row) => {
      moveTo(tx, row, terms.state, {
        day: terms.today,
        reason: terms.state === 'closed' ? 'CLOSED' : 'ESCHEATED',
        by: terms.by,
      });
      row.closeDate = terms.today;
      return terms.state === 'closed' ? publishClosed(paid) : publishEscheated(paid);
    },
  });
  // Refused with something paid: the order's own outcome is not a refusal, so that it is said here.
  if (left && !isRefused) throw left;
  if (!left) {
    const row = await tx.em.findOneOrFail(AccountRow, { id: accountId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    await cancelOpenRequests(tx, row, 'ACCOUNT_CLOSED');
  }
  return { account, ...(isPaid && { payout }) };
}

function unit(currency: string, minor: string): string {
  return toMoney({ currency, minor: BigInt(minor) }).amount;
}
