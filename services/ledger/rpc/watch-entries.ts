import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { checkReached, cursorsOf, keyOf } from '../cursors.ts';
import { type Gap, gapBetween } from '../domain/gaps.ts';
import { type EntryRow, entryMessage } from '../messages.ts';
import { type Strand, strandsOf } from '../stripes.ts';

/** Of so many accounts, or stripes of them, entries stand in one message, a page of each. */
const ACCOUNTS_IN_MESSAGE = 5;

/** Watches entries: those after the cursor first, then those that are booked, each once. */
export function watchEntries({ watching, keys }: Context): Rpcs<typeof LedgerService>['watchEntries'] {
  return async function* watch({ ledgerAccountIds, cursor }, { signal }) {
    const cursors = cursorsOf(ledgerAccountIds, keys.secret('cursor'));
    const positions = new Map(cursor === '' ? [] : cursors.read(cursor));
    const isBehind = (strand: Strand) => (positions.get(keyOf(strand)) ?? 0n) < BigInt(strand.version);
    const watcher = await watching.join(ledgerAccountIds, signal);
    try {
      checkReached(watcher.heads(), positions);
      let behind = watcher.heads().flatMap(strandsOf).filter(isBehind);
      while (!signal.aborted) {
        const [next, rest] = [behind.slice(0, ACCOUNTS_IN_MESSAGE), behind.slice(ACCOUNTS_IN_MESSAGE)];
        const pages = await Promise.all(next.map((strand) => readOn(strand, positions.get(keyOf(strand)) ?? 0n)));
        if (signal.aborted) return;
        for (const { strand, reached } of pages) positions.set(keyOf(strand), reached);
        yield {
          entries: pages.flatMap(({ rows }) => rows.map((row) => entryMessage(row))),
          gaps: pages.flatMap(({ gaps }) => gaps),
          cursor: cursors.write(positions),
        };
        behind = [...rest, ...next].filter(isBehind);
        if (behind.length === 0) behind = (await watcher.moved()).flatMap(strandsOf).filter(isBehind);
      }
    } finally {
      watcher.leave();
    }

    async function readOn(strand: Strand, seen: bigint) {
      const rows = await watching.entriesAfter(strand, seen, signal);
      return { strand, rows, ...follow(strand, seen, rows) };
    }
  };
}

/** How far a page goes, and what it lacks. Where an account has moved and has no entry, all that moved it is lacking. */
function follow(
  { id, stripe: stripeNumber, version }: Strand,
  seen: bigint,
  rows: readonly EntryRow[],
): { reached: bigint; gaps: (Gap & { stripeNumber: number })[] } {
  let reached = seen;
  const gaps: (Gap & { stripeNumber: number })[] = [];
  const lacking = (next: bigint) => gapBetween(id, reached, next).map((gap) => ({ ...gap, stripeNumber }));
  for (const row of rows) {
    gaps.push(...lacking(row.version));
    reached = row.version;
  }
  if (rows.length > 0) return { reached, gaps };
  const end = BigInt(version);
  return { reached: end, gaps: lacking(end + 1n) };
}
