// What the tests of holds share: a bank with three customers, two of them with an account and money.
import type { Client } from '#chassis/call.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Bank, useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount, registerPerson } from '../_testbed/opening.ts';
import { deposit, of } from './testing.ts';

/** Who stands where: the payer's money is held for the payee; the stranger has an account, and nothing to do with it. */
export interface Sides {
  bank(): Bank;
  payer(): Client<typeof TransactionService>;
  payee(): Client<typeof TransactionService>;
  stranger(): Client<typeof TransactionService>;
  /** The payer's account, with 100.00 on it before each test. */
  mine(): Account;
  his(): Account;
}

/** Starts a bank for the tests of a `describe`; new accounts before each of them, the laws of the ledger after it. */
export function useSides(): Sides {
  const bank = useBank({ edge: false });
  let [jana, petr, eva] = ['', '', ''];
  let [mine, his]: Account[] = [];
  const there = (account: Account | undefined): Account => {
    if (!account) throw new Error('accounts are open inside tests only');
    return account;
  };
  before('customers', async () => {
    [jana = '', petr = '', eva = ''] = await Promise.all([1, 2, 3].map(() => registerPerson(bank())));
    await openAccount(bank(), { owners: [eva] });
  });
  beforeEach('accounts', async () => {
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), { owners: [petr] })]);
    await deposit(bank(), there(mine), '100');
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));
  return {
    bank,
    payer: () => of(bank(), jana),
    payee: () => of(bank(), petr),
    stranger: () => of(bank(), eva),
    mine: () => there(mine),
    his: () => there(his),
  };
}
