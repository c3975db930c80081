import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  AccountService,
  ActivateCardResponseSchema,
  BlockCardResponseSchema,
  GetCardResponseSchema,
  IssueCardResponseSchema,
  ListCardsResponseSchema,
  PermitCardRevealResponseSchema,
  ReplaceCardResponseSchema,
  RevealCardNumberResponseSchema,
  SetCardLimitsResponseSchema,
  UnblockCardResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { type Card, CardBlockReason, CardState } from '#gen/bank/account/v1/card_pb.ts';
import {
  type CardAuthorization,
  CardAuthorizationState,
  CardUse,
} from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import {
  ListCardAuthorizationsResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

interface LimitOptions extends WriteOptions {
  readonly withdrawals?: string;
  readonly purchases?: string;
  readonly online?: string;
  readonly uses?: number;
  readonly abroad?: boolean;
}

/** Issues a card to a holder of an account. */
export async function issueCard(
  { bank, out }: Session,
  options: LimitOptions,
  accountId = '',
  customerId = '',
): Promise<void> {
  const limits = await limitsOf({ bank }, options, accountId);
  const answer = await bank()
    .client(AccountService)
    .issueCard({ ...keyOf(options), accountId, customerId, limits });
  await out.message(IssueCardResponseSchema, answer, () => cardText(answer.card));
}

/** Activates a card. */
export async function activateCard({ bank, out }: Session, options: WriteOptions, cardId = ''): Promise<void> {
  const answer = await bank()
    .client(AccountService)
    .activateCard({ ...keyOf(options), cardId });
  await out.message(ActivateCardResponseSchema, answer, () => cardText(answer.card));
}

/** Blocks a card. */
export async function blockCard(
  { bank, out }: Session,
  { reason, ...options }: WriteOptions & { readonly reason: string },
  cardId = '',
): Promise<void> {
  const name = reason.toUpperCase().replaceAll('-', '_') as keyof typeof CardBlockReason;
  const asked = { ...keyOf(options), cardId, reason: CardBlockReason[name] };
  const answer = await bank().client(AccountService).blockCard(asked);
  await out.message(BlockCardResponseSchema, answer, () => cardText(answer.card));
}

/** Lifts the block of a card. */
export async function unblockCard({ bank, out }: Session, options: WriteOptions, cardId = ''): Promise<void> {
  const answer = await bank()
    .client(AccountService)
    .unblockCard({ ...keyOf(options), cardId });
  await out.message(UnblockCardResponseSchema, answer, () => cardText(answer.card));
}

/** Sets all limits of a card. */
export async function setCardLimits({ bank, out }: Session, options: LimitOptions, cardId = ''): Promise<void> {
  const service = bank().client(AccountService);
  const { card } = await service.getCard({ cardId });
  const limits = await limitsOf({ bank }, options, card?.accountId ?? '');
  const answer = await service.setCardLimits({ ...keyOf(options), cardId, limits });
  await out.message(SetCardLimitsResponseSchema, answer, () => cardText(answer.card));
}

/** Issues another card in the place of one. */
export async function replaceCard({ bank, out }: Session, options: WriteOptions, cardId = ''): Promise<void> {
  const answer = await bank()
    .client(AccountService)
    .replaceCard({ ...keyOf(options), cardId });
  await out.message(ReplaceCardResponseSchema, answer, () => cardText(answer.card));
}

/** Has somebody else permit that the caller is shown the number of a card. */
export async function permitCardReveal({ bank, out }: Session, options: WriteOptions, cardId = ''): Promise<void> {
  const answer = await bank()
    .client(AccountService)
    .permitCardReveal({ ...keyOf(options), cardId });
  await out.message(PermitCardRevealResponseSchema, answer, async () => fields([['until', time(answer.expireTime)]]));
}

/** Shows the number of a card. */
export async function revealCardNumber({ bank, out }: Session, options: WriteOptions, cardId = ''): Promise<void> {
  const answer = await bank()
    .client(AccountService)
    .revealCardNumber({ ...keyOf(options), cardId });
  const { cardNumber, expiryDate } = answer;
  await out.message(RevealCardNumberResponseSchema, answer, async () =>
    fields([
      ['number', cardNumber],
      ['until', expiryDate],
    ]),
  );
}

/** Shows a card. */
export async function showCard({ bank, out }: Session, _options: object, cardId = ''): Promise<void> {
  const answer = await bank().client(AccountService).getCard({ cardId });
  await out.message(GetCardResponseSchema, answer, () => cardText(answer.card));
}

/** Lists the cards of an account. */
export async function listCards({ bank, out }: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const service = bank().client(AccountService);
  const cards: Card[] = [];
  for await (const page of pagesOf((asked) => service.listCards({ ...asked, accountId }), limit)) {
    cards.push(...page.cards);
  }
  await out.message(ListCardsResponseSchema, create(ListCardsResponseSchema, { cards }), () =>
    table(
      ['card', 'ends in', 'until', 'state', 'customer'],
      cards.map((one) => [one.cardId, one.lastFour, one.expiryDate, stateOf(one), one.customerId]),
    ),
  );
}

/** Lists what was asked by the cards of an account. */
export async function listCardAuthorizations(
  { bank, out }: Session,
  { limit }: ListOptions,
  accountId = '',
): Promise<void> {
  const service = bank().client(TransactionService);
  const cardAuthorizations: CardAuthorization[] = [];
  for await (const page of pagesOf((asked) => service.listCardAuthorizations({ ...asked, accountId }), limit)) {
    cardAuthorizations.push(...page.cardAuthorizations);
  }
  const answer = create(ListCardAuthorizationsResponseSchema, { cardAuthorizations });
  await out.message(ListCardAuthorizationsResponseSchema, answer, () =>
    table(
      ['authorization', 'card', 'for', 'asked', 'amount', 'code', 'state', 'merchant', 'transaction'],
      cardAuthorizations.map((one) => [
        one.cardAuthorizationId,
        one.cardId,
        word(CardUse, one.use),
        money(one.requestedAmount),
        money(one.amount),
        one.responseCode,
        word(CardAuthorizationState, one.state),
        one.merchant,
        one.transactionId,
      ]),
      ['asked', 'amount'],
    ),
  );
}

function keyOf({ requestId = randomUUID(), validateOnly = false }: WriteOptions) {
  return { requestId, validateOnly };
}

async function limitsOf({ bank }: Pick<Session, 'bank'>, options: LimitOptions, accountId: string) {
  const { withdrawals, purchases, online, uses = 0, abroad = false } = options;
  const amount = async (name: string, text: string | undefined) =>
    text === undefined ? {} : { [name]: await amountOn(bank(), accountId, text, undefined) };
  return {
    ...(await amount('withdrawalsPerDay', withdrawals)),
    ...(await amount('purchasesPerDay', purchases)),
    ...(await amount('onlinePerDay', online)),
    usesPerDay: uses,
    abroad,
  };
}

function stateOf({ state, blockReason }: Card): string {
  const reason = blockReason === CardBlockReason.UNSPECIFIED ? '' : ` (${word(CardBlockReason, blockReason)})`;
  return `${word(CardState, state)}${reason}`;
}

async function cardText(card: Card | undefined): Promise<string> {
  if (!card) return '';
  const { limits } = card;
  return fields([
    ['card', card.cardId],
    ['account', card.accountId],
    ['customer', card.customerId],
    ['ends in', card.lastFour],
    ['until', card.expiryDate],
    ['state', stateOf(card)],
    ['withdrawals a day', money(limits?.withdrawalsPerDay)],
    ['purchases a day', money(limits?.purchasesPerDay)],
    ['online a day', money(limits?.onlinePerDay)],
    ['uses a day', limits?.usesPerDay ? String(limits.usesPerDay) : ''],
    ['abroad', limits?.abroad ? 'yes' : 'no'],
    ['replaces', card.replacesCardId],
  ]);
}
