import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { requestFrom, selectChanged } from '../signature-tables.ts';
import { requestMessage } from '../signatures.ts';

/** So many requests stand in one message at most. */
const PAGE = 100;

/** Watches what waits for signatures on an account: what has changed after a number first, then each change. */
export function watchSignatures(context: Context): Rpcs<typeof AccountService>['watchSignatures'] {
  return async function* watch({ accountId, afterNumber }, call) {
    const watcher = await context.watching.join(accountId, call.signal);
    try {
      if (afterNumber > watcher.head().lastNumber) throw refuse('CURSOR_AHEAD');
      let reached = afterNumber;
      while (!call.signal.aborted) {
        const { lastNumber } = watcher.head();
        const isBehind = lastNumber > reached;
        const rows = isBehind ? await context.database.query(selectChanged(accountId, reached, PAGE)) : [];
        // A request that has changed again since stands there once, with its last number.
        reached =
          rows.length === PAGE ? (rows.at(-1)?.number ?? reached) : Math.max(lastNumber, rows.at(-1)?.number ?? 0);
        yield { signatureRequests: rows.map((row) => requestMessage(requestFrom(row))), nextAfterNumber: reached };
        if (reached >= watcher.head().lastNumber) await watcher.moved();
      }
    } finally {
      watcher.leave();
    }
  };
}
