// What the network is answered (ISO 8583, data element 39): pure rules.
import { type Card, CardBlockReason, type CardLimits, CardState } from '#gen/bank/account/v1/card_pb.ts';
import type { CardUse } from './words.ts';

/** What was asked by a card, as far as the card itself decides. */
export interface AskedOfCard {
  readonly use: CardUse;
  readonly minor: bigint;
  readonly abroad: boolean;
  /** YYMM, or empty. */
  readonly expiry: string;
}

/** What is used of a card on a day, without what is asked now. */
export interface UsedOfDay {
  /** For the same use, in minor units. */
  readonly amount: bigint;
  /** For any use. */
  readonly uses: number;
}

/** Why the card itself is against it, or undefined. */
export function judgeCard(card: Pick<Card, 'state' | 'blockReason' | 'expiryDate' | 'limits'>, asked: AskedOfCard) {
  if (card.state === CardState.EXPIRED) return '54';
  // YYMM of the last day: a terminal that reads another has read another card.
  const expiry = `${card.expiryDate.slice(2, 4)}${card.expiryDate.slice(5, 7)}`;
  if (asked.expiry !== '' && asked.expiry !== expiry) return '54';
  if (card.state === CardState.BLOCKED && card.blockReason === CardBlockReason.LOST) return '41';
  if (card.state === CardState.BLOCKED && card.blockReason === CardBlockReason.STOLEN) return '43';
  if (card.state !== CardState.ACTIVE) return '62';
  if (asked.abroad && !card.limits?.abroad) return '57';
  return undefined;
}

/** Why the limits of a card are against it, by what is used of them on the day; or undefined. */
export function judgeUse(
  limits: { readonly amount: bigint | undefined; readonly uses: number },
  minor: bigint,
  used: UsedOfDay,
): string | undefined {
  if (limits.amount === 0n) return '57';
  if (limits.uses > 0 && used.uses >= limits.uses) return '65';
  if (limits.amount !== undefined && used.amount + minor > limits.amount) return '61';
  return undefined;
}

/** The limit of a card for a use. */
export function limitFor(limits: CardLimits | undefined, use: CardUse) {
  switch (use) {
    case 'withdrawal':
      return limits?.withdrawalsPerDay;
    case 'purchase':
      return limits?.purchasesPerDay;
    case 'online':
      return limits?.onlinePerDay;
  }
}

const CODES: Readonly<Record<string, string>> = {
  CARD_NOT_FOUND: '14',
  INSUFFICIENT_FUNDS: '51',
  TRANSFER_LIMIT_EXCEEDED: '61',
  TIER_LIMIT_EXCEEDED: '61',
  TIER_DAY_LIMIT_EXCEEDED: '61',
  LIMIT_EXCEEDED: '61',
  CURRENCY_MISMATCH: '12',
  SIGNATURES_REQUIRED: '57',
  TERM_DEPOSIT_BOUND: '57',
  ACCOUNT_NOT_FOUND: '62',
  ACCOUNT_CLOSED: '62',
  ACCOUNT_NOT_ACTIVE: '62',
  ACCOUNT_DORMANT: '62',
  ACCOUNT_FROZEN: '62',
  ACCOUNT_RESTRICTED: '62',
};

/** The response code of a refusal; of one that has none of its own, "do not honour". */
export function codeOf(reason: string): string {
  return CODES[reason] ?? '05';
}

/** By what a terminal knows that something was approved: six digits that follow from the end of its id. */
export function approvalCodeOf(id: string): string {
  let number = 0;
  for (const character of id.slice(-8)) number = (number * 36 + Number.parseInt(character, 36)) % 1_000_000;
  return String(number).padStart(6, '0');
}
