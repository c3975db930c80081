// A valid request of every RPC about cash at the branches, for samples.ts.
import { money } from './counter.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a branch that has nothing in its vault, and no till. */
export function cashSamples(branchId: string): Partial<Record<RpcName, Sample>> {
  const till = { tillId: 'til_none' };
  const refused = 'TILL_NOT_FOUND';
  return {
    'transaction.OpenTill': {
      request: { branchId, drawerNumber: 1, float: money('1.00') },
      refused: 'CASH_INSUFFICIENT',
    },
    'transaction.MoveTillCash': {
      request: { ...till, direction: 'VAULT_DIRECTION_OUT', amount: money('1.00') },
      refused,
    },
    'transaction.CloseTill': { request: till, refused },
    'transaction.GetTill': { request: till, refused },
    'transaction.ListTills': { request: { branchId } },
    'transaction.ListTillEntries': { request: till, refused },
    'transaction.MoveVaultCash': {
      request: { branchId, direction: 'VAULT_DIRECTION_OUT', amount: money('1.00') },
      refused: 'CASH_INSUFFICIENT',
    },
    'transaction.GetVault': { request: { branchId, currencyCode: 'CZK' } },
  };
}
