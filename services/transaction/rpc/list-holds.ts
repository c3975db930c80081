import { deriveId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { HoldState as LedgerState } from '#gen/bank/ledger/v1/hold_pb.ts';
import type { HoldState } from '#gen/bank/transaction/v1/hold_pb.ts';
import { ListHoldsRequestSchema, type TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { holdFrom, selectHolds } from '../hold-tables.ts';
import { holdMessage } from '../holds.ts';

/** The state in the ledger's contract, which has the same words by the same numbers. */
const stateOf = (state: HoldState): LedgerState => state as number as LedgerState;

/** Lists the holds of an account: as the ledger has them, each with what was ordered here. */
export function listHolds({ database, ledger, pages, vault }: Context): Rpcs<typeof TransactionService>['listHolds'] {
  return async (request, call) => {
    const { size, after } = pages.read(ListHoldsRequestSchema, request);
    const filter = { ledgerAccountId: deriveId('lac', request.accountId), state: stateOf(request.state) };
    const page = await ledger.holds({ ...filter, pageSize: size, pageToken: after?.[0] ?? '' }, call);
    const rows = await database.query(selectHolds(page.holds.map(({ holdId }) => holdId)));
    const ordered = new Map(rows.map((raw) => [raw.id, holdFrom(raw)]));
    const holds = page.holds.flatMap((standing) => {
      const hold = ordered.get(standing.holdId);
      return hold ? [holdMessage(vault, hold, standing)] : [];
    });
    return {
      holds: await Promise.all(holds),
      nextPageToken: page.nextPageToken && pages.next(ListHoldsRequestSchema, request, [page.nextPageToken]),
    };
  };
}
