import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListMandatesRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { mandateMessage } from '../mandates.ts';
import { MandateRow, SignatoryRow, signatoryOfRow } from '../people-tables.ts';

/** Lists the versions of an account's mandate, newest first. */
export function listMandates({ database, pages }: Context): Rpcs<typeof AccountService>['listMandates'] {
  return async (request, { principal }) => {
    const { accountId } = request;
    const { size, after } = pages.read(ListMandatesRequestSchema, request);
    const account = await readRow(database, accountId);
    const em = database.orm.em.fork();
    const older = after?.[0] === undefined ? {} : { version: { $lt: Number(after[0]) } };
    const rows = await em.find(MandateRow, { accountId, ...older }, { orderBy: { version: 'desc' }, limit: size + 1 });
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const versions = page.map(({ version }) => version);
    const named = await em.find(
      SignatoryRow,
      { accountId, version: { $in: versions } },
      { orderBy: { position: 'asc' } },
    );
    const byVersion = Map.groupBy(named, ({ version }) => version);
    const signatoriesOf = (version: number) => (byVersion.get(version) ?? []).map(signatoryOfRow);
    return {
      mandates: page.map((row) => mandateMessage(row, signatoriesOf(row.version), account, principal)),
      nextPageToken:
        rows.length > size && last ? pages.next(ListMandatesRequestSchema, request, [String(last.version)]) : '',
    };
  };
}
