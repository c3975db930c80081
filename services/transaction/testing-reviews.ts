// What the tests of reviews share: a bank with a payer who has money, and orders of theirs that are held.
import type { Client } from '#chassis/call.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { ReviewDecision } from '#gen/bank/transaction/v1/review_pb.ts';
import { type Transaction, TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Bank, type BankOptions, useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount, registerPerson } from '../_testbed/opening.ts';
import { aRequestId, as, aTransfer, deposit, of, there } from './testing.ts';

/** More than the first policy calls large: with a new payee, it is held. */
export const SUSPICIOUS = '600000';

/** A payer with 2,000,000 CZK before each test, and somebody whom they have never paid. */
export interface Suspects {
  bank(): Bank;
  payer(): Client<typeof TransactionService>;
  payee(): Client<typeof TransactionService>;
  officer(): Client<typeof TransactionService>;
  mine(): Account;
  his(): Account;
  /** Orders a transfer that is held, and answers it. */
  held(): Promise<Transaction>;
}

/** Starts a bank for the tests of a `describe`, and checks the laws of the ledger after each. */
export function useSuspects(options: BankOptions = {}): Suspects {
  const bank = useBank({ edge: false, ...options });
  let [jana, petr] = ['', ''];
  let [mine, his]: Account[] = [];
  beforeEach('accounts', async () => {
    [jana = '', petr = ''] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), { owners: [petr] })]);
    await deposit(bank(), there(mine), '2000000');
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));
  const suspects: Suspects = {
    bank,
    payer: () => of(bank(), jana),
    payee: () => of(bank(), petr),
    officer: () => as(bank(), 'COMPLIANCE'),
    mine: () => there(mine),
    his: () => there(his),
    async held() {
      const order = aTransfer(suspects.mine(), suspects.his(), SUSPICIOUS);
      const transaction = there((await suspects.payer().transferFunds(order)).transaction);
      if (transaction.state !== TransactionState.UNDER_REVIEW) throw new Error(`${transaction.transactionId} passed`);
      return transaction;
    },
  };
  return suspects;
}

/** A decision on an order. */
export function aDecision({ transactionId }: Pick<Transaction, 'transactionId'>, decision: 'RELEASE' | 'REFUSE') {
  return { requestId: aRequestId(), transactionId, decision: ReviewDecision[decision] };
}

/** The states that an order went through, with the reasons that it had. */
export function lifeOf({ stateChanges }: Transaction): string[] {
  const word = (state: TransactionState) => Object.entries(TransactionState).find(([, value]) => value === state)?.[0];
  return stateChanges.map(({ state, reason }) => [word(state), reason].join(' ').trim());
}
