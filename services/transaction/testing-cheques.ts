// What the tests of cheques share: a bank in which two have accounts at a branch, the one with cheques and money.
import type { Client } from '#chassis/call.ts';
import { staff, staffAt } from '#chassis/testing/clients.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { ChequeState } from '#gen/bank/account/v1/cheque_pb.ts';
import { type ChequeDeposit, ChequeDepositState } from '#gen/bank/transaction/v1/cheque_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Bank, useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount, payIn } from '../_testbed/opening.ts';
import { aRequestId, czk, there } from './testing.ts';
import { BRANCH } from './testing-tills.ts';

/** Whose cheques are whose. */
export interface ChequeBank {
  bank(): Bank;
  /** Who writes cheques, with 1,000.00. */
  drawer(): Account;
  /** Who is paid by them. */
  payee(): Account;
  teller(): Client<typeof TransactionService>;
  /** What the clearing says. */
  scheme(): Client<typeof TransactionService>;
}

/** Starts a bank for the tests of a `describe`, and checks the laws of the ledger after each. */
export function useCheques(): ChequeBank {
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account', 'transaction'] });
  let accounts: Account[] = [];
  before('accounts with cheques and money', async () => {
    accounts = [await openAccount(bank(), { branchId: 'brn_other' }), await openAccount(bank(), { branchId: BRANCH })];
    await payIn(bank(), there(accounts[0]), '1000.00');
    await issueCheques(bank(), there(accounts[0]), 20);
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));
  return {
    bank,
    drawer: () => there(accounts[0]),
    payee: () => there(accounts[1]),
    teller: () => bank().asPrincipal(TransactionService, staffAt(BRANCH, 'TELLER')),
    scheme: () => bank().as(TransactionService, 'integration-inbound'),
  };
}

/** Issues a book of so many cheques. */
export async function issueCheques(bank: Bank, { accountId }: Pick<Account, 'accountId'>, leafCount: number) {
  await accountsAs(bank).issueChequeBook({ requestId: aRequestId(), accountId, leafCount });
}

/** The account service as a teller of head office sees it. */
export const accountsAs = (bank: Bank): Client<typeof AccountService> =>
  bank.asPrincipal(AccountService, staff('TELLER'));

/** The open business date. */
export async function today(bank: Bank): Promise<Temporal.PlainDate> {
  const [row] = await bank
    .database('ledger')
    .query<{ date: string }>("select date::text from business_day where state = 'open'");
  return Temporal.PlainDate.from(there(row).date);
}

/** A cheque of today. */
export async function aCheque(bank: Bank, drawerIban: string, number: number, amount = '100.00') {
  const chequeDate = (await today(bank)).toString();
  return { requestId: aRequestId(), drawerIban, number, amount: czk(amount), chequeDate };
}

/** In which state a cheque of an account is: `PAID`. */
export async function chequeState(bank: Bank, { accountId }: Account, number: number): Promise<string | undefined> {
  const { cheques } = await accountsAs(bank).listCheques({ accountId });
  const state = cheques.find((one) => one.number === number)?.state;
  return Object.entries(ChequeState).find(([, value]) => value === state)?.[0];
}

/** A cheque of another bank in short: `IN_CLEARING 100.00`. */
export function depositInShort(deposit: ChequeDeposit | undefined): string {
  const word = Object.entries(ChequeDepositState).find(([, value]) => value === deposit?.state)?.[0];
  return `${word} ${deposit?.amount?.amount}`;
}
