import { sql } from 'kysely';
import { DIGEST_BYTES } from '#chassis/digest.ts';
import { pathOf } from '#chassis/merkle.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { readBlocks } from '../blocks.ts';
import type { Context } from '../context.ts';
import { entrySalt, entryText, journalText } from '../domain/leaf.ts';
import { refuse } from '../domain/refusals.ts';
import { readJournals } from '../journals.ts';
import { journalMessage } from '../messages.ts';

/** Proves that an entry is in the books, and shows nothing of the other side. */
export function getEntryProof({ database, checkpoints }: Context): Rpcs<typeof LedgerService>['getEntryProof'] {
  return async ({ ledgerAccountId, version, stripeNumber }) => {
    const which = sql`j.no = (
      select e.journal_no from entry e join ledger_account a on a.no = e.account_no
      where a.id = ${ledgerAccountId} and a.stripe = ${stripeNumber} and e.version = ${version}
    )`;
    const [row] = await readJournals(database, which, 1);
    const journal = row && journalMessage(row);
    const entry = journal?.entries.find(
      (one) =>
        one.ledgerAccountId === ledgerAccountId && one.version === BigInt(version) && one.stripeNumber === stripeNumber,
    );
    if (!row || !journal || !entry) throw refuse('ENTRY_NOT_FOUND');
    const { laneNumber: lane, height, position } = row.chained.place;
    if (lane === 0n) throw refuse('ENTRY_NOT_CHAINED');

    const checkpoint = await checkpoints.covering(lane, height);
    if (!checkpoint) throw refuse('CHECKPOINT_PENDING');
    const limit = Number(checkpoint.height - height) + 1;
    const blocks = await readBlocks(database, { lane: String(lane), after: String(height - 1n), limit });
    const [block] = blocks;
    if (!block) throw new Error(`block ${height} of lane ${lane} is gone`);

    const journalIndex = Number(position - block.header.firstPosition);
    const { fingerprint } = row.chained;
    return {
      proof: {
        journalText: journalText(journal, fingerprint),
        entryText: entryText(entry),
        entrySalt: entrySalt(entry.legNumber, fingerprint),
        legNumber: entry.legNumber,
        journalIndex,
        path: pathOf(leavesOf(block.leaves), journalIndex),
        blocks: blocks.map(({ header }) => header),
        checkpoint,
      },
    };
  };
}

function leavesOf(leaves: Buffer): Buffer[] {
  return Array.from({ length: leaves.length / DIGEST_BYTES }, (_, index) =>
    leaves.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES),
  );
}
