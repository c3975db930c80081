// A valid request of every RPC about cash at the branches, for samples.ts.

import type { Belongings } from './belongings.ts';
import { money } from './counter.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

const NOBODYS = 'CZ1409990000009999999905';

/** Of a branch that has nothing in its vault, and an empty till; and of an account without cheques. */
export function cashSamples({ branchId, accountId, openDate, tillId }: Belongings): Partial<Record<RpcName, Sample>> {
  const till = { tillId: 'til_none' };
  const refused = 'TILL_NOT_FOUND';
  const [chequeStopId, chequeDepositId, number] = ['chs_none', 'chd_none', 7];
  const paper = { drawerIban: 'DE89370400440532013000', number, amount: money('1.00'), chequeDate: openDate };
  // A number of this bank that is nobody's.
  const ours = { ...paper, drawerIban: NOBODYS };
  const notFound = 'ACCOUNT_NOT_FOUND';
  return {
    'account.IssueChequeBook': { request: { accountId, leafCount: 1 } },
    'account.ListCheques': { request: { accountId } },
    'account.StopCheques': { request: { accountId, amount: money('1.00') } },
    'account.LiftChequeStop': { request: { chequeStopId }, refused: 'CHEQUE_STOP_NOT_FOUND' },
    'account.ListChequeStops': { request: { accountId } },
    'account.ListChequeExceptions': { request: { accountId } },
    'account.DecideChequeException': {
      request: { chequeExceptionId: 'chx_none', decision: 'CHEQUE_DECISION_RETURN' },
      refused: 'CHEQUE_EXCEPTION_NOT_FOUND',
    },
    'account.RegisterIssuedCheques': {
      request: { accountId, cheques: [{ number: 100_000, amount: money('1.00') }] },
      refused: 'CHEQUE_NOT_FOUND',
    },
    'transaction.DepositCheque': { request: { ...ours, creditorAccountId: accountId }, refused: notFound },
    'transaction.PayCheque': { request: ours, refused: notFound },
    'transaction.PresentCheque': { request: ours, refused: notFound },
    'transaction.ReportChequeDeposit': {
      request: { chequeDepositId, state: 'CHEQUE_DEPOSIT_STATE_CLEARED' },
      refused: 'CHEQUE_DEPOSIT_NOT_FOUND',
    },
    'transaction.ListChequeDeposits': { request: { accountId } },
    'transaction.OpenTill': {
      request: { branchId, drawerNumber: 1, float: money('1.00') },
      refused: 'CASH_INSUFFICIENT',
    },
    'transaction.MoveTillCash': {
      request: { ...till, direction: 'VAULT_DIRECTION_OUT', amount: money('1.00') },
      refused,
    },
    'transaction.CloseTill': { request: till, refused },
    'transaction.GetTill': { request: { tillId } },
    'transaction.ListTills': { request: { branchId } },
    'transaction.ListTillEntries': { request: { tillId } },
    'transaction.MoveVaultCash': {
      request: { branchId, direction: 'VAULT_DIRECTION_OUT', amount: money('1.00') },
      refused: 'CASH_INSUFFICIENT',
    },
    'transaction.GetVault': { request: { branchId, currencyCode: 'CZK' } },
  };
}
