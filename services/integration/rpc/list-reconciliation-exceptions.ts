import type { Rpcs } from '#chassis/serve.ts';
import {
  type IntegrationService,
  ListReconciliationExceptionsRequestSchema,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { exceptionMessage } from '../reconciliation-exceptions.ts';
import { selectExceptions } from '../reconciliation-tables.ts';

/** Lists what has no counterpart, oldest first. */
export function listReconciliationExceptions({
  database,
  pages,
}: Context): Rpcs<typeof IntegrationService>['listReconciliationExceptions'] {
  return async (request) => {
    const { size, after } = pages.read(ListReconciliationExceptionsRequestSchema, request);
    const rows = await database.query(selectExceptions(Number(after?.[0] ?? 0), size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    const isMore = rows.length > size && last;
    return {
      reconciliationExceptions: shown.map(exceptionMessage),
      nextPageToken: isMore
        ? pages.next(ListReconciliationExceptionsRequestSchema, request, [String(last.number)])
        : '',
    };
  };
}
