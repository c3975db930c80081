import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type IntegrationService,
  ListSchemeExchangesRequestSchema,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { selectExchanges } from '../scheme-tables.ts';

/** Lists exchanges with the scheme, newest first. */
export function listSchemeExchanges({
  database,
  pages,
}: Context): Rpcs<typeof IntegrationService>['listSchemeExchanges'] {
  return async (request) => {
    const { size, after } = pages.read(ListSchemeExchangesRequestSchema, request);
    const rows = await database.query(selectExchanges(after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      schemeExchanges: shown.map(({ id, endMs, ...exchange }) => {
        return { ...exchange, exchangeNumber: BigInt(id), endTime: timestampFromMs(endMs) };
      }),
      nextPageToken: rows.length > size && last ? pages.next(ListSchemeExchangesRequestSchema, request, [last.id]) : '',
    };
  };
}
