import type { Rpcs } from '#chassis/serve.ts';
import type { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { fileMessage, findFile } from '../payment-files.ts';

/** Reads how far a file has come. */
export function getPaymentFile(context: Context): Rpcs<typeof IntegrationService>['getPaymentFile'] {
  return async ({ paymentFileId }) => ({ paymentFile: fileMessage(await findFile(context, paymentFileId)) });
}
