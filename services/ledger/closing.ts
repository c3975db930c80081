// The closing of a period, as an order: planned under a lock, posted by the lane like any journals, settled once. Whoever
// dies in between is gone on with, by the same journals.
import { createHmac } from 'node:crypto';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import type { CallOptions, OrderSteps, Outcome } from '#chassis/order.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from './context.ts';
import { type CurrencyClosing, closingJournal, closingsOf } from './domain/closing.ts';
import { type AccountState, applyGroup, type JournalDraft } from './domain/core.ts';
import { refuse } from './domain/refusals.ts';
import { retainedEarnings } from './domain/wiring.ts';
import { publishAccountOpened, publishPeriodClosed } from './events.ts';
import { accountMessage } from './messages.ts';
import {
  dayNotClosed,
  insertPeriod,
  insertResults,
  lockPeriods,
  periodMessage,
  readResultAccounts,
  settlePeriod,
} from './periods.ts';
import { insertAccounts, LedgerAccountRow, lockDays } from './tables.ts';
import { readChart } from './wiring.ts';

/** A closing in plain JSON: all that the later steps need. Amounts are decimal strings of minor units. */
interface Intent {
  readonly startDate?: string;
  readonly endDate: string;
  readonly closings: readonly {
    readonly journalId: string;
    readonly retained: string;
    readonly currency: string;
    readonly income: string;
    readonly expenses: string;
    readonly moves: readonly { readonly accountId: string; readonly amount: string }[];
  }[];
}

interface Booked {
  readonly bookingDate: string;
  /** True when nothing was booked, and only asked what would be. */
  readonly rehearsed?: boolean;
}

type Steps = OrderSteps<typeof LedgerService.method.closePeriod, { readonly endDate: string }, Intent, Booked>;

/** The steps of ClosePeriod. */
export function closingSteps(context: Context): Steps {
  const { database, keys, lane } = context;
  const key = keys.secret('journal');
  return {
    method: LedgerService.method.closePeriod,
    plan: (tx, { endDate }) => plan(context, tx, endDate),
    async carryOut(intent: Intent, { call, deadline, validateOnly }: CallOptions): Promise<Booked> {
      if (validateOnly || intent.closings.length === 0) {
        // What the journals would be refused for, the plan has found.
        return { bookingDate: (await lockDays(database, 'share')).open, rehearsed: validateOnly };
      }
      const drafts = journalsOf(intent).map((journal) => ({
        id: journal.id,
        fingerprint: createHmac('sha256', key)
          .update(JSON.stringify([intent, journal.id]))
          .digest()
          .subarray(0, 16),
        owner: 'ledger',
        actor: call.principal,
        metadata: {},
        after: '',
        content: { journal },
      }));
      const outcomes = await lane.submit({ drafts, call, deadline });
      const refusals = outcomes.flatMap((outcome) => ('refusal' in outcome ? [outcome.refusal] : []));
      const refused = refusals.find(({ reason }) => reason !== 'LINKED_JOURNAL_REFUSED') ?? refusals[0];
      if (refused) throw refused;
      const [first] = outcomes;
      if (!first || !('booking' in first)) throw new Error('a closing was answered without an outcome');
      return { bookingDate: first.booking.bookingDate };
    },
    async settle(tx: CommandTx, intent: Intent, outcome: Outcome<Booked>) {
      const bookingDate = 'value' in outcome ? outcome.value.bookingDate : undefined;
      const rehearsed = 'value' in outcome && outcome.value.rehearsed;
      if (!rehearsed) await tx.execute(settlePeriod(intent.endDate, bookingDate));
      const { startDate, endDate } = intent;
      const results = intent.closings.map(({ currency, income, expenses, journalId }) => ({
        currency,
        income: BigInt(income),
        expenses: BigInt(expenses),
        journalId,
      }));
      const period = periodMessage({ startDate, endDate, bookingDate, results });
      if (bookingDate !== undefined) publishPeriodClosed(tx, period);
      return { period };
    },
  };
}

/** Decides what is taken where, and writes it down, or refuses. */
async function plan({ wiring }: Context, tx: CommandTx, endDate: string): Promise<Intent> {
  const { lastEnd, closing } = await lockPeriods(tx);
  if (closing) throw refuse('ACCOUNTING_PERIOD_CLOSING');
  if (lastEnd !== undefined && endDate <= lastEnd) throw refuse('ACCOUNTING_PERIOD_CLOSED', { end_date: lastEnd });
  const notClosed = await dayNotClosed(tx, endDate);
  if (notClosed !== undefined) throw refuse('ACCOUNTING_PERIOD_NOT_OVER', { date: notClosed });

  const accounts = await readResultAccounts(tx, endDate);
  const { code } = retainedEarnings(await wiring(), await readChart(tx));
  const states = new Map(accounts.map(({ id, state }) => [id, state]));
  const closings: Intent['closings'][number][] = [];
  for (const one of closingsOf(accounts)) {
    const retained = await retainedAccount(tx, states, one.currency, code);
    closings.push({ ...inText(one), journalId: newId('jnl'), retained });
  }
  const startDate = lastEnd && Temporal.PlainDate.from(lastEnd).add({ days: 1 }).toString();
  const intent: Intent = { ...(startDate && { startDate }), endDate, closings };
  const [refused] = rehearse(states, journalsOf(intent), endDate);
  if (refused) throw refused;

  await tx.execute(insertPeriod(startDate, endDate));
  for (const { currency, income, expenses, journalId } of closings) {
    tx.write(insertResults, { currency, income: BigInt(income), expenses: BigInt(expenses), journalId });
  }
  return intent;
}

/** The account for retained earnings in a currency, opened at the first closing that needs it. Answers its id. */
async function retainedAccount(
  tx: CommandTx,
  states: Map<string, AccountState>,
  currency: string,
  generalLedgerCode: string,
): Promise<string> {
  const id = `lac_retained_earnings_${currency.toLowerCase()}`;
  const terms = { accountId: null, currency, normalSide: 'credit', generalLedgerCode } as const;
  const existing = await tx.em.findOne(LedgerAccountRow, { id, stripe: 0n });
  if (!existing) {
    const row = { id, ...terms, state: 'open', floor: null, ceiling: null } as const;
    tx.write(insertAccounts, row);
    publishAccountOpened(tx, accountMessage(row));
  } else if (existing.generalLedgerCode !== generalLedgerCode || existing.currency !== currency || existing.accountId) {
    throw refuse('LEDGER_ACCOUNT_EXISTS', { ledger_account_id: id });
  }
  states.set(id, {
    no: existing?.no ?? 0n,
    id,
    currency,
    normalSide: existing?.normalSide ?? 'credit',
    state: existing?.state ?? 'open',
    floor: existing?.floor ?? null,
    ceiling: existing?.ceiling ?? null,
    decreaseFrozen: existing?.decreaseFrozen ?? false,
    increaseFrozen: existing?.increaseFrozen ?? false,
    customer: false,
    balance: existing?.balance ?? 0n,
    version: existing?.version ?? 0n,
    held: existing?.held ?? 0n,
    pendingIn: existing?.pendingIn ?? 0n,
  });
  return id;
}

/** Why the journals would be refused as things stand. A refusal that only follows from another is left out. */
function rehearse(states: ReadonlyMap<string, AccountState>, journals: readonly JournalDraft[], open: string) {
  const results = applyGroup(states, journals, { open, closing: [] });
  const refusals = results.flatMap((result) => ('refusal' in result ? [result.refusal] : []));
  return refusals.filter(({ reason }) => reason !== 'LINKED_JOURNAL_REFUSED');
}

function journalsOf({ closings, endDate }: Intent): JournalDraft[] {
  return closings.map(({ journalId, retained, currency, income, expenses, moves }) => {
    const closing: CurrencyClosing = {
      currency,
      income: BigInt(income),
      expenses: BigInt(expenses),
      moves: moves.map(({ accountId, amount }) => ({ accountId, amount: BigInt(amount) })),
    };
    return closingJournal(closing, { id: journalId, retained, endDate });
  });
}

function inText({ currency, income, expenses, moves }: CurrencyClosing) {
  return {
    currency,
    income: String(income),
    expenses: String(expenses),
    moves: moves.map(({ accountId, amount }) => ({ accountId, amount: String(amount) })),
  };
}
