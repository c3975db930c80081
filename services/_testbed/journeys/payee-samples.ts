// A valid request of every RPC about payees, for samples.ts.
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a customer who has noted nobody. */
export function payeeSamples(transactionId: string): Partial<Record<RpcName, Sample>> {
  return {
    'transaction.ConfirmPayee': { request: { iban: 'DE89370400440532013000', name: 'Erika Mustermann' } },
    'transaction.GetPayeeConfirmation': { request: { transactionId }, refused: 'PAYEE_CONFIRMATION_NOT_FOUND' },
    'transaction.ListPayeeConfirmations': { request: {} },
    'transaction.AddPayee': { request: { payeeConfirmationId: 'pcf_none' }, refused: 'STEP_UP_UNAVAILABLE' },
    'transaction.RemovePayee': { request: { payeeId: 'pye_none' }, refused: 'PAYEE_NOT_FOUND' },
    'transaction.ListPayees': { request: {} },
  };
}
