// Tills: what goes through them, who may work with them, and how they are told.
import type { DescMethodUnary, MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { branchOf } from '#chassis/access.ts';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { CallOptions, OrderSteps } from '#chassis/order.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import {
  TillDifferenceReason,
  TillEntryKind,
  type TillEntrySchema,
  TillEntryState,
  type TillSchema,
  TillState,
} from '#gen/bank/transaction/v1/till_pb.ts';
import type { Context } from './context.ts';
import { bankAccount, drawerAccount } from './domain/bank-accounts.ts';
import type { LegIntent } from './domain/legs.ts';
import { refuse } from './domain/refusals.ts';
import type { Booking } from './domain/words.ts';
import { actorOfJournal, legMessages } from './journal-messages.ts';
import type { Movement, MovementIntent } from './movement.ts';
import {
  insertTillEntry,
  lockTill,
  type NewTillEntry,
  selectKept,
  selectOpenOf,
  selectTills,
  settleTillEntries,
  type TillEntryRow,
  type TillRow,
} from './till-tables.ts';

/** Where cash of a customer goes through: a till, or the cash that the bank has at no branch. */
export interface Counter {
  readonly ledgerAccountId: string;
  readonly tillId?: string;
}

/** Where whoever calls pays cash in and out in a currency. Refuses TILL_NOT_OPEN at a branch that keeps tills. */
export async function counterOf({ database }: Context, currency: string, call: Call): Promise<Counter> {
  const [till] = await database.query(selectOpenOf(call.principal?.partyId ?? '', currency));
  if (till) {
    return { ledgerAccountId: drawerAccount(till.branchId, till.drawerNumber, currency), tillId: till.id };
  }
  const branchId = branchOf(call);
  const kept = branchId === undefined ? [] : await database.query(selectKept(branchId, currency));
  if (kept.length > 0) throw refuse('TILL_NOT_OPEN');
  return { ledgerAccountId: bankAccount('cash', currency) };
}

/** Through which till the cash of a movement goes, if through any. */
export interface AtCounter {
  readonly tillId: string | undefined;
  readonly tillKind: 'deposit' | 'withdrawal' | 'cheque';
}

/** A movement whose cash goes through a till, or through none. */
export type CounterMovement = Movement & AtCounter;

/** The steps of a movement, with the journal of the till kept in the same commits: of a till that is closed meanwhile it is refused. */
export function throughTill<M extends DescMethodUnary, P extends Movement, I extends MovementIntent>(
  base: OrderSteps<M, P, I, Booking | null>,
): OrderSteps<M, P & AtCounter, I & { readonly tillId?: string }, Booking | null> {
  return {
    ...base,
    async plan(tx, planned) {
      const { tillId, tillKind: kind, order } = planned;
      if (tillId === undefined) return base.plan(tx, planned);
      const { id: transactionId, journalId, amount: minor } = order;
      const amount = kind === 'deposit' ? minor : -minor;
      await openTillIn(tx, tillId, amount);
      const intent = await base.plan(tx, planned);
      await tx.execute(insertTillEntry({ tillId, kind, amount: String(amount), journalId, transactionId }));
      return { ...intent, tillId };
    },
    async settle(tx, intent, outcome) {
      const response = await base.settle(tx, intent, outcome);
      const { tillId, order } = intent;
      if (tillId !== undefined) {
        await tx.execute(settleTillEntries(deriveId('jnl', order.id), bookingDateOf(outcome)));
      }
      return response;
    },
  };
}

/** The day on which something was booked; null where it was refused. */
export function bookingDateOf(outcome: { value: Pick<Booking, 'bookingDate'> | null } | { refusal: unknown }) {
  return 'refusal' in outcome ? null : (outcome.value?.bookingDate ?? null);
}

/**
 * A till, locked until the transaction ends, through which so much is to go: into it, or, negative, out of it. Refuses TILL_NOT_OPEN,
 * CASH_INSUFFICIENT and TILL_BUSY.
 */
export async function openTillIn(tx: CommandTx, tillId: string, amount: bigint): Promise<TillRow> {
  const till = await lockedTill(tx, tillId);
  if (till.state !== 'open') throw refuse('TILL_NOT_OPEN');
  if (amount < 0n && BigInt(till.available) + amount < 0n) {
    // What is to come into it may be what there is to pay with.
    throw refuse(BigInt(till.expected) + amount < 0n ? 'CASH_INSUFFICIENT' : 'TILL_BUSY');
  }
  return till;
}

/** A till, locked until the transaction ends, as whoever had its lock before has left it. */
export async function lockedTill(tx: CommandTx, tillId: string): Promise<TillRow> {
  await tx.query(lockTill(tillId));
  const [till] = await tx.query(selectTills([tillId]));
  if (!till) throw refuse('TILL_NOT_FOUND');
  return till;
}

/** A till that the caller may work with: a teller with their own, a branch manager with any of the branch. */
export async function tillFor({ database }: Context, tillId: string, call: Call): Promise<TillRow> {
  const [till] = await database.query(selectTills([tillId]));
  if (!till) throw refuse('TILL_NOT_FOUND');
  if (!isApproved(call) && till.tellerId !== call.principal?.partyId) throw refuse('TILL_OF_ANOTHER');
  return till;
}

/** Whether a branch manager orders it, which somebody else has approved: who is let in without is a teller. */
export function isApproved({ caller, principal }: Call): boolean {
  return caller === 'security-executor' && principal?.roles.includes(StaffRole.BRANCH_MANAGER) === true;
}

/** What moves cash between till and vault, as it stands in the database. */
export interface CashIntent {
  readonly tillId: string;
  readonly journalId: string;
  readonly currency: string;
  readonly legs: readonly LegIntent[];
}

/** Books cash that moves within the bank; nothing of it where there is none to move. */
export async function postCash(
  { ledger, clock }: Pick<Context, 'ledger' | 'clock'>,
  { journalId, currency, legs }: Omit<CashIntent, 'tillId'>,
  { call, ...on }: CallOptions,
): Promise<Pick<Booking, 'bookingDate'>> {
  if (legs.length === 0) return { bookingDate: (await clock.read()).openDate.toString() };
  const journal = { journalId, kind: JournalKind.TRANSFER, legs: legMessages(currency, legs), ...actorOfJournal(call) };
  try {
    return { bookingDate: (await ledger.post(journal, { ...on, trace: call.trace })).bookingDate };
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'INSUFFICIENT_FUNDS') throw refuse('CASH_INSUFFICIENT');
    throw error;
  }
}

/** Writes what is to go through a till between it and the vault; nothing where that is nothing. Its lock is held. */
export async function enter(tx: CommandTx, entry: NewTillEntry): Promise<void> {
  if (entry.amount !== '0') await tx.execute(insertTillEntry(entry));
}

/** A till after what a command has done to it, for its answer; recorded for the audit. */
export async function answeredTill(tx: CommandTx, tillId: string) {
  const [till] = await tx.query(selectTills([tillId]));
  if (!till) throw new Error(`${tillId} is gone`);
  tx.record({ resourceIds: [tillId], partyId: '' });
  return { till: tillMessage(till) };
}

/** The words of states and kinds are those of the contract, in small letters. */
const word = <T extends number>(words: Readonly<Record<string, T>>, name: string): T => words[name.toUpperCase()] as T;

/** The message of a till. */
export function tillMessage(row: TillRow): MessageInitShape<typeof TillSchema> {
  const { currency } = row;
  const money = (minor: string) => toMoney({ currency, minor: BigInt(minor) });
  return {
    tillId: row.id,
    branchId: row.branchId,
    drawerNumber: row.drawerNumber,
    tellerId: row.tellerId,
    state: word(TillState, row.state),
    balance: money(row.balance),
    float: money(row.float),
    ...(row.counted !== null && { counted: money(row.counted) }),
    counts: (row.counts ?? []).map(([minor, count]) => ({ denomination: money(minor), count })),
    ...(row.difference !== null && { difference: money(row.difference) }),
    differenceReason: word(TillDifferenceReason, row.differenceReason ?? 'UNSPECIFIED'),
    openDate: row.openDate ?? '',
    closeDate: row.closeDate ?? '',
    createTime: timestampFromMs(row.createTime),
  };
}

/** The message of a line of a till's journal. */
export function tillEntryMessage(row: TillEntryRow): MessageInitShape<typeof TillEntrySchema> {
  return {
    number: row.no,
    kind: word(TillEntryKind, row.kind),
    state: word(TillEntryState, row.state),
    amount: toMoney({ currency: row.currency, minor: BigInt(row.amount) }),
    journalId: row.journalId,
    transactionId: row.transactionId ?? '',
    bookingDate: row.bookingDate ?? '',
    createTime: timestampFromMs(row.createTime),
  };
}
