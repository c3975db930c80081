// A valid request of every RPC of the integration service, for samples.ts.
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a file that is none, so that nothing is paid. */
export function integrationSamples(): Partial<Record<RpcName, Sample>> {
  const content = Buffer.from('no message').toString('base64');
  const file = { paymentFileId: 'pmf_none' };
  return {
    'integration.UploadPaymentFilePart': { request: { content } },
    'integration.SubmitPaymentFile': { request: {}, refused: 'PAYMENT_FILE_EMPTY' },
    'integration.GetPaymentFile': { request: file, refused: 'PAYMENT_FILE_NOT_FOUND' },
    'integration.GetPaymentStatusReport': { request: file, refused: 'PAYMENT_FILE_NOT_FOUND' },
  };
}
