// A valid request of every RPC about payees and payment requests, for samples.ts.
import { money } from './counter.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a customer who has noted nobody. */
export function payeeSamples(transactionId: string, accountId: string): Partial<Record<RpcName, Sample>> {
  const paymentRequestId = 'prq_none';
  return {
    'transaction.ConfirmPayee': { request: { iban: 'DE89370400440532013000', name: 'Erika Mustermann' } },
    'transaction.GetPayeeConfirmation': { request: { transactionId }, refused: 'PAYEE_CONFIRMATION_NOT_FOUND' },
    'transaction.ListPayeeConfirmations': { request: {} },
    'transaction.AddPayee': { request: { payeeConfirmationId: 'pcf_none' }, refused: 'STEP_UP_UNAVAILABLE' },
    'transaction.RemovePayee': { request: { payeeId: 'pye_none' }, refused: 'PAYEE_NOT_FOUND' },
    'transaction.ListPayees': { request: {} },
    'transaction.CreatePaymentRequest': {
      request: { creditorAccountId: accountId, debtorAccountId: 'acc_none', amount: money('1.00') },
      refused: 'DEBTOR_NOT_FOUND',
    },
    'transaction.GetPaymentRequest': { request: { paymentRequestId }, refused: 'PAYMENT_REQUEST_NOT_FOUND' },
    'transaction.ListPaymentRequests': { request: { accountId } },
    'transaction.DeclinePaymentRequest': { request: { paymentRequestId }, refused: 'PAYMENT_REQUEST_NOT_FOUND' },
    'transaction.CancelPaymentRequest': { request: { paymentRequestId }, refused: 'PAYMENT_REQUEST_NOT_FOUND' },
  };
}
