// What the tests of cheques share.
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { type Cheque, ChequeState } from '#gen/bank/account/v1/cheque_pb.ts';
import type { Bank } from '../_testbed/bank.ts';
import { accountsAs, aRequestId, openAccount } from '../_testbed/opening.ts';

/** An account with a book of so many cheques. */
export async function withCheques(bank: Bank, leafCount: number, owners?: readonly string[]): Promise<Account> {
  const account = await openAccount(bank, owners ? { owners } : {});
  await issue(bank, account, leafCount);
  return account;
}

/** Issues a book, and answers it. */
export async function issue(bank: Bank, { accountId }: Pick<Account, 'accountId'>, leafCount: number) {
  const request = { requestId: aRequestId('book'), accountId, leafCount };
  return (await accountsAs(bank, 'TELLER').issueChequeBook(request)).chequeBook;
}

/** A cheque that is presented, as transaction asks about it. */
export function presented({ accountId, currencyCode }: Account, number: number, amount = '100.00', payeeName = '') {
  const transactionId = aRequestId('txn');
  const money = { currencyCode, amount };
  return { requestId: transactionId, transactionId, accountId, number, amount: money, payeeName };
}

/** The account service as transaction calls it. */
export const asTransaction = (bank: Bank) => bank.as(AccountService, 'transaction');

/** The cheques of an account in short: `1 PAID`. */
export async function chequesOf(bank: Bank, { accountId }: Pick<Account, 'accountId'>): Promise<string[]> {
  const { cheques } = await accountsAs(bank, 'AUDITOR').listCheques({ accountId });
  return cheques.map(inShort);
}

function inShort({ number, state }: Cheque): string {
  return `${number} ${Object.entries(ChequeState).find(([, value]) => value === state)?.[0]}`;
}
