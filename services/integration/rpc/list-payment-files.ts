import type { Rpcs } from '#chassis/serve.ts';
import {
  type IntegrationService,
  ListPaymentFilesRequestSchema,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { fileMessage } from '../payment-files.ts';
import { selectFilesOf } from '../tables.ts';

/** Lists the files that a customer has handed in. */
export function listPaymentFiles(context: Context): Rpcs<typeof IntegrationService>['listPaymentFiles'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListPaymentFilesRequestSchema, request);
    const rows = await database.query(selectFilesOf(request.customerId, after?.[0], size + 1));
    const page = rows.slice(0, size);
    const last = rows.length > size ? page.at(-1) : undefined;
    return {
      paymentFiles: page.map(fileMessage),
      nextPageToken: last ? pages.next(ListPaymentFilesRequestSchema, request, [last.id]) : '',
    };
  };
}
