// Undoing a journal, in whole or in part: never more than the original.
import type { Refusal } from '#chassis/errors.ts';
import type { JournalDraft, LegDraft } from './core.ts';
import { isBalanced } from './core.ts';
import { refuse } from './refusals.ts';

/** A journal that may be undone, with what is already undone of it. Amounts are debit-positive. */
export interface Original {
  readonly id: string;
  readonly owner: string;
  readonly isReversal: boolean;
  readonly legs: readonly OriginalLeg[];
}

interface OriginalLeg {
  readonly leg: number;
  readonly accountId: string;
  readonly currency: string;
  readonly amount: bigint;
  /** How much of it is undone, as a positive number. */
  undone: bigint;
}

/** How much of which leg to undo; the amount is positive. */
export interface Part {
  readonly leg: number;
  readonly currency: string;
  readonly amount: bigint;
}

/** The journal that undoes `parts` of the original, or all that is left of it when there are none. */
export function reversalOf(
  original: Original,
  request: { id: string; owner: string; parts: readonly Part[]; valueDate: string | undefined },
): JournalDraft | Refusal {
  if (original.owner !== request.owner) return refuse('JOURNAL_NOT_OWNED');
  if (original.isReversal) return refuse('REVERSAL_NOT_REVERSIBLE');
  const parts = request.parts.length > 0 ? request.parts : restOf(original);
  const legs: LegDraft[] = [];
  for (const { leg, currency, amount } of parts) {
    const undone = original.legs.find((candidate) => candidate.leg === leg);
    const twice = legs.some(({ reversedLeg }) => reversedLeg === leg);
    if (!undone || twice || undone.undone + amount > sizeOf(undone.amount)) return refuse('REVERSAL_EXCEEDS_ORIGINAL');
    if (undone.currency !== currency) return refuse('CURRENCY_MISMATCH', { account_currency: undone.currency });
    const { accountId } = undone;
    legs.push({ accountId, currency, amount: undone.amount > 0n ? -amount : amount, reversedLeg: leg });
  }
  if (legs.length === 0) return refuse('REVERSAL_EXCEEDS_ORIGINAL');
  if (!isBalanced(legs)) return refuse('JOURNAL_UNBALANCED');
  const { id, valueDate } = request;
  return { id, kind: 'reversal', legs, valueDate, bookingDate: undefined, endOfDay: false };
}

/** Notes on the original what a posted reversal has undone. */
export function noteReversal(original: Original, reversal: JournalDraft): void {
  for (const { reversedLeg, amount } of reversal.legs) {
    const undone = original.legs.find(({ leg }) => leg === reversedLeg);
    if (undone) undone.undone += sizeOf(amount);
  }
}

function restOf(original: Original): Part[] {
  return original.legs
    .map(({ leg, currency, amount, undone }) => ({ leg, currency, amount: sizeOf(amount) - undone }))
    .filter(({ amount }) => amount > 0n);
}

function sizeOf(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
