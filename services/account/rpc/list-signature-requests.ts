import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListSignatureRequestsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { signatureRequestStates } from '../domain/words.ts';
import { accountsSeenBy } from '../people-tables.ts';
import { requestFrom, selectRequestPage } from '../signature-tables.ts';
import { requestMessage } from '../signatures.ts';

/** Lists what waits for signatures, or did, newest first: of an account, or of all that a customer sees. */
export function listSignatureRequests({
  clock,
  database,
  pages,
}: Context): Rpcs<typeof AccountService>['listSignatureRequests'] {
  return async (request, { principal }) => {
    const { accountId } = request;
    const { size, after } = pages.read(ListSignatureRequestsRequestSchema, request);
    if (accountId === '' && principal?.audience !== Audience.CHANNEL) throw refuse('ACCOUNT_REQUIRED');
    const { openDate } = await clock.read();
    const accounts =
      accountId === ''
        ? accountsSeenBy(principal?.partyId ?? '', openDate.toString())
        : sql<{ id: string }>`select ${accountId}::text as id`;
    const state = request.state ? signatureRequestStates.word(request.state) : undefined;
    const rows = await database.query(selectRequestPage({ accounts, state, before: after?.[0], limit: size + 1 }));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      signatureRequests: page.map((row) => requestMessage(requestFrom(row))),
      nextPageToken:
        rows.length > size && last ? pages.next(ListSignatureRequestsRequestSchema, request, [last.id]) : '',
    };
  };
}
