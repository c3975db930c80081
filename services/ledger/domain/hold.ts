// The life of a hold, as pure functions: a hold and what is asked of it in; the step that it takes, or a refusal, out.
import type { Refusal } from '#chassis/errors.ts';
import { MINOR_MAX } from '#chassis/money.ts';
import type { AccountState, JournalDraft } from './core.ts';
import { isForced, type Kind } from './kinds.ts';
import { refuse } from './refusals.ts';
import { hold as holdOn, sideOf } from './sides.ts';

/** What is agreed of a hold when it is placed, and stays. */
export interface HoldTerms {
  readonly id: string;
  readonly kind: Kind;
  readonly debitId: string;
  readonly creditId: string;
  readonly currency: string;
  readonly amount: bigint;
  /** What all captures together may be. */
  readonly captureLimit: bigint;
  readonly owner: string;
}

/** How a step leaves a hold. */
export interface HoldStanding {
  readonly state: 'open' | 'captured' | 'released' | 'expired';
  readonly version: bigint;
  readonly captured: bigint;
  readonly held: bigint;
  /** By the bank's clock, in milliseconds since the epoch. */
  readonly expireTime: number;
}

/** A hold as it stands. */
export interface Hold extends HoldTerms, HoldStanding {
  readonly no: bigint;
}

/** What happens to a hold. */
export interface HoldStep extends HoldStanding {
  readonly kind: 'place' | 'extend' | 'capture' | 'release' | 'expire';
  /** What it captures. */
  readonly amount: bigint | null;
  /** By how much more it holds. */
  readonly heldChange: bigint;
}

/** What to capture; without an amount, all that is held. */
export interface Capture {
  readonly owner: string;
  readonly amount: { readonly currency: string; readonly minor: bigint } | undefined;
  readonly final: boolean;
  /** How much may be on the account that it credits afterwards. */
  readonly limit?: { readonly currency: string; readonly minor: bigint } | undefined;
}

const OVER = { captured: 'HOLD_CAPTURED', released: 'HOLD_RELEASED', expired: 'HOLD_EXPIRED' } as const;

/** Places a hold, now being the time of the bank's clock: holds its amount on both accounts, or says why not. */
export function place(
  accounts: ReadonlyMap<string, AccountState>,
  terms: HoldTerms,
  { expireTime, now }: { expireTime: number; now: number },
): HoldStep | Refusal {
  if (expireTime <= now) return refuse('HOLD_EXPIRE_TIME_NOT_LATER');
  for (const [id, leg] of legsOf(terms)) {
    const account = accounts.get(id);
    const wrong = account ? checkHold(account, leg, terms) : refuse('LEDGER_ACCOUNT_NOT_FOUND');
    if (wrong) return wrong;
  }
  const { amount } = terms;
  const standing = { state: 'open', version: 1n, captured: 0n, held: amount, expireTime } as const;
  return { kind: 'place', amount: null, heldChange: amount, ...standing };
}

/** Why an account does not take a hold now, if it does not: what a journal would be refused for, but for the ceiling. */
function checkHold(account: AccountState, leg: bigint, { currency, kind }: HoldTerms): Refusal | undefined {
  if (account.currency !== currency) return refuse('CURRENCY_MISMATCH', { account_currency: account.currency });
  if (account.stripe !== undefined) return refuse('LEDGER_ACCOUNT_STRIPED');
  if (account.state === 'closed') return refuse('LEDGER_ACCOUNT_CLOSED');
  if (account.state === 'migrating') return refuse('LEDGER_ACCOUNT_MIGRATING');
  const change = sideOf(account) * leg;
  if (change < 0n ? account.decreaseFrozen : account.increaseFrozen) return refuse('LEDGER_ACCOUNT_FROZEN');
  if (change > 0n) return account.pendingIn + change > MINOR_MAX ? refuse('BALANCE_OUT_OF_RANGE') : undefined;
  if (account.held - change > MINOR_MAX) return refuse('BALANCE_OUT_OF_RANGE');
  const available = sideOf(account) * account.balance - account.held - (account.floor ?? 0n);
  if (account.floor !== null && !isForced(kind) && available + change < 0n) return refuse('INSUFFICIENT_FUNDS');
  return undefined;
}

/** Captures a hold, in full or in part. */
export function capture(hold: Hold, { owner, amount, limit, final }: Capture): HoldStep | Refusal {
  const wrong = checkOpen(hold, owner);
  if (wrong) return wrong;
  if ([amount, limit].some((money) => money && money.currency !== hold.currency)) {
    return refuse('CURRENCY_MISMATCH', { account_currency: hold.currency });
  }
  const taken = amount?.minor ?? hold.held;
  const captured = hold.captured + taken;
  if (captured > hold.captureLimit) return refuse('HOLD_EXCEEDED');
  const done = final || captured >= hold.amount;
  return stepOf(hold, 'capture', {
    state: done ? 'captured' : 'open',
    captured,
    held: done ? 0n : hold.amount - captured,
  });
}

/** The journal that books a capture. */
export function captureJournal(
  hold: Hold,
  { amount, heldChange }: HoldStep,
  journal: Pick<JournalDraft, 'id' | 'valueDate'> & Pick<Capture, 'limit'> & { readonly kind: Kind | undefined },
): JournalDraft {
  const { limit } = journal;
  const legs = legsOf({ ...hold, amount: amount ?? 0n });
  return {
    id: journal.id,
    kind: journal.kind ?? hold.kind,
    valueDate: journal.valueDate,
    bookingDate: undefined,
    endOfDay: false,
    legs: legs.map(([accountId, leg]) => ({
      accountId,
      currency: hold.currency,
      amount: leg,
      reversedLeg: null,
      ...(limit && leg < 0n && { limit: limit.minor }),
    })),
    frees: -heldChange,
  };
}

/** A capture as a journal: what it books, the step that the hold takes, and the hold as that leaves it. */
export function captureBy(
  hold: Hold,
  wanted: Capture,
  journal: Parameters<typeof captureJournal>[2],
): { readonly step: HoldStep; readonly journal: JournalDraft; readonly left: Hold } | Refusal {
  const step = capture(hold, wanted);
  if (step instanceof Error) return step;
  return { step, journal: captureJournal(hold, step, journal), left: leave(hold, step) };
}

/** A hold as a step leaves it. */
export function leave(hold: Hold, { state, version, captured, held, expireTime }: HoldStep): Hold {
  return { ...hold, state, version, captured, held, expireTime };
}

/** Lets a hold expire later. */
export function extend(hold: Hold, { owner, expireTime }: { owner: string; expireTime: number }): HoldStep | Refusal {
  const wrong = checkOpen(hold, owner);
  if (wrong) return wrong;
  return expireTime > hold.expireTime ? stepOf(hold, 'extend', { expireTime }) : refuse('HOLD_EXPIRE_TIME_NOT_LATER');
}

/** Releases what a hold still holds. */
export function release(hold: Hold, owner: string): HoldStep | Refusal {
  return checkOpen(hold, owner) ?? stepOf(hold, 'release', { state: 'released', held: 0n });
}

/** The expiry of a hold whose time has passed; undefined while there is nothing to expire. */
export function expire(hold: Hold, now: number): HoldStep | undefined {
  if (hold.state !== 'open' || hold.expireTime > now) return undefined;
  return stepOf(hold, 'expire', { state: 'expired', held: 0n });
}

/** Moves what is held on both accounts. */
export function moveHeld(accounts: ReadonlyMap<string, AccountState>, terms: HoldTerms, change: bigint): void {
  for (const [id, leg] of legsOf(terms)) {
    const account = accounts.get(id);
    if (account) holdOn(account, leg, change);
  }
}

function checkOpen(hold: Hold, owner: string): Refusal | undefined {
  if (hold.owner !== owner) return refuse('HOLD_NOT_OWNED');
  return hold.state === 'open' ? undefined : refuse(OVER[hold.state]);
}

function stepOf(hold: Hold, kind: HoldStep['kind'], change: Partial<HoldStanding>): HoldStep {
  const { state, captured, held, expireTime } = hold;
  const after = { state, captured, held, expireTime, ...change, version: hold.version + 1n };
  const amount = kind === 'capture' ? after.captured - captured : null;
  return { kind, amount, heldChange: after.held - held, ...after };
}

/** The accounts of a hold with their legs, debit-positive. */
function legsOf({ debitId, creditId, amount }: HoldTerms): readonly (readonly [string, bigint])[] {
  return [
    [debitId, amount],
    [creditId, -amount],
  ];
}
