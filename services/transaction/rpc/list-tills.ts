import { branchOf } from '#chassis/access.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { TillState } from '#gen/bank/transaction/v1/till_pb.ts';
import { ListTillsRequestSchema, type TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import type { TillState as State } from '../domain/tills.ts';
import { selectTillsOf } from '../till-tables.ts';
import { tillMessage } from '../tills.ts';

const STATES: readonly State[] = ['opening', 'open', 'closing', 'closed', 'refused'];

/** Lists tills, newest first. */
export function listTills({ database, pages }: Context): Rpcs<typeof TransactionService>['listTills'] {
  return async (request, call) => {
    const { size, after } = pages.read(ListTillsRequestSchema, request);
    const branchId = request.branchId || branchOf(call);
    const state = STATES.find((name) => TillState[name.toUpperCase() as keyof typeof TillState] === request.state);
    const rows = await database.query(selectTillsOf({ branchId, state, after: after?.[0], limit: size + 1 }));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      tills: shown.map(tillMessage),
      nextPageToken: rows.length > size && last ? pages.next(ListTillsRequestSchema, request, [last.id]) : '',
    };
  };
}
