import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { checkReached, cursorsOf, keyOf } from '../cursors.ts';
import { gapBetween } from '../domain/gaps.ts';
import { strandsOf } from '../stripes.ts';
import type { Head } from '../watching.ts';
import { balanceOf } from './get-balances.ts';

/** Watches balances: all of them first, then the latest of those that move. */
export function watchBalances({ watching, keys }: Context): Rpcs<typeof LedgerService>['watchBalances'] {
  return async function* watch({ ledgerAccountIds, cursor }, { signal }) {
    const cursors = cursorsOf(ledgerAccountIds, keys.secret('cursor'));
    const resumed = cursor === '' ? undefined : cursors.read(cursor);
    const watcher = await watching.join(ledgerAccountIds, signal);
    try {
      const first = watcher.heads();
      const positions = new Map(
        resumed ?? first.flatMap(strandsOf).map((strand) => [keyOf(strand), BigInt(strand.version)]),
      );
      checkReached(first, positions);
      for (let heads = first; !signal.aborted; heads = await watcher.moved()) {
        const gaps = heads.flatMap((head) => see(positions, head));
        yield { balances: heads.map((head) => balanceOf(head)), gaps, cursor: cursors.write(positions) };
      }
    } finally {
      watcher.leave();
    }
  };
}

/** Notes that an account is seen as it is, and answers what was passed over. */
function see(positions: Map<string, bigint>, head: Head) {
  let seen = 0n;
  for (const strand of strandsOf(head)) {
    seen += positions.get(keyOf(strand)) ?? 0n;
    positions.set(keyOf(strand), BigInt(strand.version));
  }
  return gapBetween(head.id, seen, BigInt(head.version));
}
