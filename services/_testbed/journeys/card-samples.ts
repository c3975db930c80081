// A valid request of every RPC about cards, for samples.ts.
import type { Belongings } from './belongings.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a card that is not activated, so that it stays as it is. */
export function cardSamples(of: Belongings): Partial<Record<RpcName, Sample>> {
  const { accountId, customerId, cardId } = of;
  // What would change it for those that come later is asked of one that there is none of.
  const none = { request: { cardId: 'car_none' }, refused: 'CARD_NOT_FOUND' };
  return {
    'account.IssueCard': { request: { accountId, customerId } },
    'account.ActivateCard': none,
    'account.BlockCard': {
      request: { cardId: 'car_none', reason: 'CARD_BLOCK_REASON_LOST' },
      refused: 'CARD_NOT_FOUND',
    },
    'account.UnblockCard': none,
    'account.ReplaceCard': none,
    'account.SetCardLimits': {
      request: { cardId, limits: { usesPerDay: 20 } },
      refused: 'STEP_UP_UNAVAILABLE',
      toCustomers: true,
    },
    'account.PermitCardReveal': { request: { cardId } },
    'account.RevealCardNumber': {
      request: { cardId },
      refused: 'STEP_UP_UNAVAILABLE',
      toCustomers: true,
      refusedToStaff: 'CARD_REVEAL_NOT_PERMITTED',
    },
    'account.GetCard': { request: { cardId } },
    'account.ListCards': { request: { accountId } },
    'transaction.ListCardAuthorizations': { request: { accountId } },
  };
}
