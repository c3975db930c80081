// What the tests of cards share: an account with an owner and a disponent, and cards on it.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import type { IssueCardRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { type Card, CardBlockReason, CardState } from '#gen/bank/account/v1/card_pb.ts';
import { type Bank, useBank } from '../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, aRequestId, openAccount, registerPerson } from '../_testbed/opening.ts';

type Terms = Omit<Exclude<MessageInitShape<typeof IssueCardRequestSchema>, { $typeName: string }>, 'requestId'>;

/** Who stands where around an account with cards. */
export interface Cards {
  bank(): Bank;
  account(): Account;
  owner(): string;
  disponent(): string;
  stranger(): string;
  /** Issues a card to the owner, unless the terms say otherwise. */
  issued(terms?: Terms): Promise<Card>;
  /** The same, and activates it. */
  active(terms?: Terms): Promise<Card>;
}

/** Starts a bank for the tests of a `describe`, with an account. */
export function useCards(): Cards {
  const bank = useBank(ACCOUNT_BANK);
  let account: Account | undefined;
  let [owner, disponent, stranger] = ['', '', ''];
  before('an account', async () => {
    [owner = '', disponent = '', stranger = ''] = await Promise.all([1, 2, 3].map(() => registerPerson(bank())));
    account = await openAccount(bank(), { owners: [owner], disponents: [disponent] });
  });
  const its = () => {
    if (!account) throw new Error('there is no account yet');
    return account;
  };
  async function issued(terms: Terms = {}): Promise<Card> {
    const asked = { requestId: aRequestId('card'), accountId: its().accountId, customerId: owner, ...terms };
    return there((await accountsAs(bank(), 'TELLER').issueCard(asked)).card);
  }
  return {
    bank,
    account: its,
    owner: () => owner,
    disponent: () => disponent,
    stranger: () => stranger,
    issued,
    async active(terms) {
      const { cardId, customerId } = await issued(terms);
      return there((await accountsOf(bank(), customerId).activateCard({ requestId: aRequestId(), cardId })).card);
    },
  };
}

/** Where a card is, in short: `BLOCKED LOST`. */
export function cardInShort(card: Card | undefined): string {
  const { state = CardState.UNSPECIFIED, blockReason = CardBlockReason.UNSPECIFIED } = card ?? {};
  const nameIn = (words: object, value: number) => Object.entries(words).find(([, one]) => one === value)?.[0] ?? '';
  const reason = blockReason === CardBlockReason.UNSPECIFIED ? '' : ` ${nameIn(CardBlockReason, blockReason)}`;
  return `${nameIn(CardState, state)}${reason}`;
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no card');
  return value;
}
