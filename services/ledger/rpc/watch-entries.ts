import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { checkReached, cursorsOf } from '../cursors.ts';
import { type Gap, gapBetween } from '../domain/gaps.ts';
import { type EntryRow, entryMessage } from '../messages.ts';
import type { Head } from '../watching.ts';

/** Of so many accounts entries stand in one message, a page of each. */
const ACCOUNTS_IN_MESSAGE = 5;

/** Watches entries: those after the cursor first, then those that are booked, each once. */
export function watchEntries({ watching, keys }: Context): Rpcs<typeof LedgerService>['watchEntries'] {
  return async function* watch({ ledgerAccountIds, cursor }, { signal }) {
    const cursors = cursorsOf(ledgerAccountIds, keys.secret('cursor'));
    const positions = new Map(cursor === '' ? [] : cursors.read(cursor));
    const isBehind = ({ id, version }: Head) => (positions.get(id) ?? 0n) < BigInt(version);
    const watcher = await watching.join(ledgerAccountIds, signal);
    try {
      checkReached(watcher.heads(), positions);
      let behind = watcher.heads().filter(isBehind);
      while (!signal.aborted) {
        const [next, rest] = [behind.slice(0, ACCOUNTS_IN_MESSAGE), behind.slice(ACCOUNTS_IN_MESSAGE)];
        const pages = await Promise.all(next.map((head) => readOn(head, positions.get(head.id) ?? 0n)));
        if (signal.aborted) return;
        for (const { head, reached } of pages) positions.set(head.id, reached);
        yield {
          entries: pages.flatMap(({ rows }) => rows.map((row) => entryMessage(row))),
          gaps: pages.flatMap(({ gaps }) => gaps),
          cursor: cursors.write(positions),
        };
        behind = [...rest, ...next].filter(isBehind);
        if (behind.length === 0) behind = (await watcher.moved()).filter(isBehind);
      }
    } finally {
      watcher.leave();
    }

    async function readOn(head: Head, seen: bigint) {
      const rows = await watching.entriesAfter(head, seen, signal);
      return { head, rows, ...follow(head, seen, rows) };
    }
  };
}

/** How far a page goes, and what it lacks. Where an account has moved and has no entry, all that moved it is lacking. */
function follow({ id, version }: Head, seen: bigint, rows: readonly EntryRow[]): { reached: bigint; gaps: Gap[] } {
  let reached = seen;
  const gaps: Gap[] = [];
  for (const row of rows) {
    gaps.push(...gapBetween(id, reached, row.version));
    reached = row.version;
  }
  if (rows.length > 0) return { reached, gaps };
  const end = BigInt(version);
  return { reached: end, gaps: [...gapBetween(id, seen, end + 1n)] };
}
