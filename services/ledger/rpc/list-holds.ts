import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import { HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListHoldsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { readHolds } from '../hold-tables.ts';
import { holdMessage } from '../messages.ts';

const STATES = new Map<HoldState, string>([
  [HoldState.OPEN, 'open'],
  [HoldState.CAPTURED, 'captured'],
  [HoldState.RELEASED, 'released'],
  [HoldState.EXPIRED, 'expired'],
]);

/** Lists holds, those of one ledger account or all, in the order in which they were placed. */
export function listHolds({ database, pages }: Context): Rpcs<typeof LedgerService>['listHolds'] {
  return async (request) => {
    const { size, after } = pages.read(ListHoldsRequestSchema, request);
    const which = [sql`h.no > ${after?.[0] ?? '-1'}::bigint`];
    if (request.ledgerAccountId !== '') {
      const [account] = await database.query(sql<{ no: string }>`
        select no from ledger_account where id = ${request.ledgerAccountId} and stripe = 0
      `);
      if (!account) throw refuse('LEDGER_ACCOUNT_NOT_FOUND');
      which.push(sql`(h.debit_account_no = ${account.no} or h.credit_account_no = ${account.no})`);
    }
    const state = STATES.get(request.state);
    if (state !== undefined) which.push(sql`h.state = ${state}`);
    const rows = await readHolds(database, sql.join(which, sql` and `), size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      holds: page.map((hold) => holdMessage(hold)),
      nextPageToken: rows.length > size && last ? pages.next(ListHoldsRequestSchema, request, [String(last.no)]) : '',
    };
  };
}
