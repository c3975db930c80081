import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  AccountService,
  ClosePotResponseSchema,
  ListPotsResponseSchema,
  MovePotMoneyResponseSchema,
  OpenPotResponseSchema,
  UpdatePotResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { type Pot, type PotBalance, PotDirection, PotState } from '#gen/bank/account/v1/pot_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

const accounts = ({ bank }: Session) => bank().client(AccountService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

interface Terms extends WriteOptions {
  readonly goal?: string;
  readonly by?: string;
}

/** Opens a pot. */
export async function openPot(session: Session, options: Terms, accountId = '', displayName = ''): Promise<void> {
  const { goal, by: goalDate = '' } = options;
  const goalAmount = goal && (await amountOn(session.bank(), accountId, goal, undefined));
  const request = { ...commandOf(options), accountId, displayName, ...(goalAmount && { goalAmount }), goalDate };
  const answer = await accounts(session).openPot(request);
  await session.out.message(OpenPotResponseSchema, answer, () => potText(answer.pot));
}

/** Changes what a pot is called, and its goal. */
export async function updatePot(
  session: Session,
  options: Terms & { readonly name?: string; readonly currency?: string },
  potId = '',
): Promise<void> {
  const { name: displayName = '', goal, currency = '', by: goalDate = '' } = options;
  const goalAmount = goal && { currencyCode: currency.toUpperCase(), amount: goal };
  const request = { ...commandOf(options), potId, displayName, ...(goalAmount && { goalAmount }), goalDate };
  const answer = await accounts(session).updatePot(request);
  await session.out.message(UpdatePotResponseSchema, answer, () => potText(answer.pot));
}

type Move = (
  session: Session,
  options: WriteOptions,
  potId?: string,
  amount?: string,
  currency?: string,
) => Promise<void>;

/** Moves money from the account to a pot. */
export const put: Move = (session, options, potId = '', amount = '', currency = '') =>
  move(session, options, {
    potId,
    amount: { amount, currencyCode: currency.toUpperCase() },
    direction: PotDirection.TO_POT,
  });

/** Moves money from a pot to the account. */
export const take: Move = (session, options, potId = '', amount = '', currency = '') =>
  move(session, options, {
    potId,
    amount: { amount, currencyCode: currency.toUpperCase() },
    direction: PotDirection.FROM_POT,
  });

async function move(
  session: Session,
  options: WriteOptions,
  what: {
    readonly potId: string;
    readonly amount: Pick<Money, 'amount' | 'currencyCode'>;
    readonly direction: PotDirection;
  },
): Promise<void> {
  const answer = await accounts(session).movePotMoney({ ...commandOf(options), ...what });
  await session.out.message(MovePotMoneyResponseSchema, answer, () =>
    fields([
      ['booked', answer.bookingDate],
      ['journal', answer.journalId],
    ]),
  );
}

/** Closes a pot. */
export async function closePot(session: Session, options: WriteOptions, potId = ''): Promise<void> {
  const answer = await accounts(session).closePot({ ...commandOf(options), potId });
  await session.out.message(ClosePotResponseSchema, answer, () =>
    fields([
      ['closed', answer.pot?.closeDate ?? ''],
      ['to the account', money(answer.swept)],
    ]),
  );
}

/** Lists the pots of an account. */
export async function listPots(session: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const pots: PotBalance[] = [];
  for await (const page of pagesOf((asked) => accounts(session).listPots({ ...asked, accountId }), limit)) {
    pots.push(...page.pots);
  }
  await session.out.message(ListPotsResponseSchema, create(ListPotsResponseSchema, { pots }), () =>
    table(
      ['pot', 'name', 'state', 'balance', 'goal', 'by'],
      pots.map(({ pot, booked }) => [
        pot?.potId ?? '',
        pot?.displayName ?? '',
        word(PotState, pot?.state ?? 0),
        money(booked),
        money(pot?.goalAmount),
        pot?.goalDate ?? '',
      ]),
      ['balance', 'goal'],
    ),
  );
}

function potText(pot: Pot | undefined) {
  return fields([
    ['pot', pot?.potId ?? ''],
    ['name', pot?.displayName ?? ''],
    ['goal', money(pot?.goalAmount)],
    ['by', pot?.goalDate ?? ''],
  ]);
}
