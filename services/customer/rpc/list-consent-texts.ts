import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListConsentTextsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { NEWEST, selectTexts, textMessage } from '../consent-tables.ts';
import type { Context } from '../context.ts';

/** Lists the texts for a purpose, newest first. */
export function listConsentTexts({ database, pages }: Context): Rpcs<typeof CustomerService>['listConsentTexts'] {
  return async (request) => {
    const { size, after } = pages.read(ListConsentTextsRequestSchema, request);
    const rows = await database.query(selectTexts(request.purpose, Number(after?.[0] ?? NEWEST), size + 1));
    const texts = rows.slice(0, size).map(textMessage);
    const last = rows.length > size ? texts.at(-1) : undefined;
    const nextPageToken = last ? pages.next(ListConsentTextsRequestSchema, request, [String(last.version)]) : '';
    return { texts, nextPageToken };
  };
}
