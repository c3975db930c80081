// A valid request of every RPC of the integration service, for samples.ts.
import type { Belongings } from './belongings.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a file that is none, so that nothing is paid. */
export function integrationSamples({ customerId, paymentFileId }: Belongings): Partial<Record<RpcName, Sample>> {
  const content = Buffer.from('no message').toString('base64');
  return {
    'integration.UploadPaymentFilePart': { request: { content } },
    'integration.SubmitPaymentFile': { request: {}, refused: 'PAYMENT_FILE_EMPTY' },
    'integration.GetPaymentFile': { request: { paymentFileId } },
    'integration.ListPaymentFiles': { request: { customerId } },
    'integration.GetPaymentStatusReport': { request: { paymentFileId } },
    'integration.ImportSettlementStatement': { request: { content }, refused: 'STATEMENT_UNREADABLE' },
    'integration.GetReconciliation': { request: {} },
    'integration.ListReconciliationExceptions': { request: {} },
    'integration.AssignReconciliationException': {
      request: { exceptionNumber: 1 },
      refused: 'RECONCILIATION_EXCEPTION_NOT_FOUND',
    },
    'integration.ResolveReconciliationExceptions': {
      request: { exceptionNumbers: [1] },
      refused: 'RECONCILIATION_EXCEPTION_NOT_FOUND',
    },
    'integration.GetSchemeStatus': { request: {} },
    'integration.ListSchemeExchanges': { request: {} },
    'integration.SuspendScheme': { request: { reason: 'maintenance' } },
    'integration.ResumeScheme': { request: {} },
  };
}
