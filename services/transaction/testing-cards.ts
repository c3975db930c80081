// What the tests of what is asked by cards share: a bank with a card that is in use, and messages of a network in short.
import { randomInt } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import { customer, staff } from '#chassis/testing/clients.ts';
import { type Account, AccountType } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { CardLimitsSchema } from '#gen/bank/account/v1/card_pb.ts';
import { CardAuthorizationState, CardUse } from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import {
  type AuthorizeCardRequestSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Bank, useBank } from '../_testbed/bank.ts';
import { cardNumberOf } from '../_testbed/card-numbers.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount, payIn, registerPerson } from '../_testbed/opening.ts';
import { aRequestId, as, czk, there } from './testing.ts';

type Asked = Partial<
  Omit<Exclude<MessageInitShape<typeof AuthorizeCardRequestSchema>, { $typeName: string }>, 'key'>
> & {
  readonly key?: ReturnType<typeof aMessageKey>;
};
type Limits = Exclude<MessageInitShape<typeof CardLimitsSchema>, { $typeName: string }>;

/** A card that is in use, with its account. */
export interface UsedCard {
  readonly account: Account;
  readonly customerId: string;
  readonly cardId: string;
  readonly cardNumber: string;
}

/** The bank, and what a network asks of it. */
export interface CardBank {
  bank(): Bank;
  /** What integration says. */
  network(): Client<typeof TransactionService>;
  /** A card of a new account with 1,000.00, unless it says otherwise; of its last owner, where there are others. */
  aCard(limits?: Limits, balance?: string, others?: readonly string[]): Promise<UsedCard>;
  /** What is asked by a card, in short: 100.00 in a shop. */
  asked(card: UsedCard, amount?: string, more?: Asked): ReturnType<typeof anAuthorization>;
  /** The states of what was asked by the cards of an account, newest first: `APPROVED 00 100.00`. */
  listed(card: UsedCard): Promise<string[]>;
}

/** Starts a bank for the tests of a `describe`, and checks the laws of the ledger after each. */
export function useCardBank(): CardBank {
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account', 'transaction'] });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));
  return {
    bank,
    network: () => bank().as(TransactionService, 'integration-inbound'),
    async aCard(limits, balance = '1000.00', others = []) {
      const customerId = await registerPerson(bank());
      const type = others.length > 0 ? AccountType.JOINT : AccountType.INDIVIDUAL;
      const account = await openAccount(bank(), { type, owners: [...others, customerId] });
      if (balance !== '0') await payIn(bank(), account, balance);
      const office = bank().asPrincipal(AccountService, staff('BACK_OFFICE'));
      const terms = { accountId: account.accountId, customerId, ...(limits && { limits }) };
      const { card } = await office.issueCard({ requestId: aRequestId(), ...terms });
      const { cardId } = there(card);
      const holder = bank().asPrincipal(AccountService, customer(customerId));
      await holder.activateCard({ requestId: aRequestId(), cardId });
      const cardNumber = await cardNumberOf(bank(), cardId);
      return { account, customerId, cardId, cardNumber };
    },
    asked: anAuthorization,
    async listed({ account: { accountId } }) {
      const { cardAuthorizations } = await as(bank(), 'TELLER').listCardAuthorizations({ accountId });
      return cardAuthorizations.map(({ state, responseCode, amount }) =>
        [nameIn(CardAuthorizationState, state), responseCode, amount?.amount].filter(Boolean).join(' '),
      );
    },
  };
}

/** A key of a message that no other has. */
export function aMessageKey() {
  const digits = (count: number) => String(randomInt(10 ** count)).padStart(count, '0');
  return { acquirer: digits(11), traceNumber: digits(6), transmissionTime: digits(10) };
}

function anAuthorization({ cardNumber }: Pick<UsedCard, 'cardNumber'>, amount = '100.00', more: Asked = {}) {
  return {
    requestId: aRequestId(),
    key: aMessageKey(),
    cardNumber,
    amount: czk(amount),
    use: CardUse.PURCHASE,
    merchant: 'Pekarna U Mostu, Praha',
    ...more,
  };
}

function nameIn(words: object, value: number): string {
  return Object.entries(words).find(([, one]) => one === value)?.[0] ?? '';
}
