// The table of contents of the integration service.
import type { ServiceDefinition } from '#chassis/boot.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { subscriptions } from './events.ts';
import { startMakingPayments } from './making-payments.ts';
import { chassisSteps, PaymentFiles } from './migrations/0001-payment-files.ts';
import { owners } from './payment-files.ts';
import { getPaymentFile } from './rpc/get-payment-file.ts';
import { getPaymentStatusReport } from './rpc/get-payment-status-report.ts';
import { listPaymentFiles } from './rpc/list-payment-files.ts';
import { submitPaymentFile } from './rpc/submit-payment-file.ts';
import { uploadPaymentFilePart } from './rpc/upload-payment-file-part.ts';
import { entities } from './tables.ts';

function rpcs(context: Context) {
  return {
    getPaymentFile: getPaymentFile(context),
    getPaymentStatusReport: getPaymentStatusReport(context),
    listPaymentFiles: listPaymentFiles(context),
    submitPaymentFile: submitPaymentFile(context),
    uploadPaymentFilePart: uploadPaymentFilePart(context),
  } satisfies Rpcs<typeof IntegrationService>;
}

export const integration: ServiceDefinition<typeof IntegrationService, Context> = {
  name: 'integration',
  service: IntegrationService,
  entities,
  migrations: [{ name: '0001-payment-files', class: PaymentFiles }, ...chassisSteps],
  context: makeContext,
  subscriptions: () => subscriptions,
  start: async (context) => {
    const { names } = await context.schemas;
    const held = names.length > 0 ? `the official schemas of ${names.join(', ')}` : 'no official schemas';
    context.log.info(`messages are held against the descriptions of this bank, and ${held}`);
    return startMakingPayments(context);
  },
  rpcs,
  owners,
};
