// The life of a card: pure rules.
import { refuse } from './refusals.ts';
import type { CardBlockReason, CardState } from './words.ts';

/** Where a card is. */
export interface CardStanding {
  readonly state: CardState;
  readonly blockReason: CardBlockReason | null;
  /** Whether it was ever activated: what a lifted block goes back to. */
  readonly activated: boolean;
}

/** The graver come later: a block is changed to one of these, never to one before. */
const GRAVITY: readonly CardBlockReason[] = ['customer_request', 'bank_decision', 'fraud_suspicion', 'lost', 'stolen'];
const OF_THE_BANK: readonly CardBlockReason[] = ['fraud_suspicion', 'bank_decision'];
const FOR_EVER: readonly CardBlockReason[] = ['lost', 'stolen'];

/** The card, activated. */
export function activate({ state }: CardStanding): CardStanding {
  if (state !== 'issued') throw refuse('CARD_NOT_ISSUED');
  return { state: 'active', blockReason: null, activated: true };
}

/** The card, blocked; by a customer, or by the bank. A block again for the same reason changes nothing. */
export function block(card: CardStanding, reason: CardBlockReason, byCustomer: boolean): CardStanding {
  if (hasEnded(card)) throw refuse('CARD_ENDED');
  if (byCustomer && OF_THE_BANK.includes(reason)) throw refuse('BLOCK_NOT_ALLOWED');
  const stands = card.blockReason;
  if (stands !== null && GRAVITY.indexOf(reason) < GRAVITY.indexOf(stands)) throw refuse('BLOCK_NOT_ALLOWED');
  return { ...card, state: 'blocked', blockReason: reason };
}

/** The card, in use as it was before it was blocked. */
export function unblock({ state, blockReason, activated }: CardStanding, byCustomer: boolean): CardStanding {
  if (state !== 'blocked' || blockReason === null) throw refuse('CARD_NOT_BLOCKED');
  if (FOR_EVER.includes(blockReason)) throw refuse('CARD_LOST');
  if (byCustomer && OF_THE_BANK.includes(blockReason)) throw refuse('BLOCK_NOT_ALLOWED');
  return { state: activated ? 'active' : 'issued', blockReason: null, activated };
}

/** The card after another was issued in its place. */
export function replaced(card: CardStanding): CardStanding {
  if (card.state === 'replaced') throw refuse('CARD_REPLACED');
  return { ...card, state: 'replaced', blockReason: null };
}

/** Refuses a card that has ended, for what is of no use to it any more. */
export function checkNotEnded(card: CardStanding): void {
  if (hasEnded(card)) throw refuse('CARD_ENDED');
}

function hasEnded({ state }: CardStanding): boolean {
  return state === 'expired' || state === 'replaced';
}

/** The last day of a card that is issued on a day: of the same month, some years later. */
export function expiryOf(day: Temporal.PlainDate, years: number): string {
  const month = day.add({ years }).toPlainYearMonth();
  return month.toPlainDate({ day: month.daysInMonth }).toString();
}
