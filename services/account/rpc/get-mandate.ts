import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { isWithin } from '../domain/mandate.ts';
import { refuse } from '../domain/refusals.ts';
import { mandateMessage } from '../mandates.ts';
import { MandateRow, SignatoryRow, signatoryOfRow } from '../people-tables.ts';

/** Reads the mandate of an account that is in force today, or a certain version. */
export function getMandate({ clock, database }: Context): Rpcs<typeof AccountService>['getMandate'] {
  return async ({ accountId, version: asked }, { principal }) => {
    const { openDate } = await clock.read();
    const today = openDate.toString();
    const account = await readRow(database, accountId);
    const em = database.orm.em.fork();
    const wanted = asked === 0 ? { validFrom: { $lte: today } } : { version: asked };
    const [row] = await em.find(MandateRow, { accountId, ...wanted }, { orderBy: { version: 'desc' }, limit: 1 });
    const isInForce = row?.state === 'given' && isWithin(today, row.validFrom, row.validUntil ?? null);
    if (!row || (asked === 0 && !isInForce)) throw refuse('MANDATE_NOT_FOUND');
    const { version } = row;
    const signatories = await em.find(SignatoryRow, { accountId, version }, { orderBy: { position: 'asc' } });
    return { mandate: mandateMessage(row, signatories.map(signatoryOfRow), account, principal) };
  };
}
