import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { readJournals } from '../journals.ts';
import { journalMessage } from '../messages.ts';

/** Reads one journal with its entries. */
export function getJournal({ database }: Context): Rpcs<typeof LedgerService>['getJournal'] {
  return async ({ journalId }) => {
    const [journal] = await readJournals(database, sql`j.id = ${journalId}`, 1);
    if (!journal) throw refuse('JOURNAL_NOT_FOUND');
    return { journal: journalMessage(journal) };
  };
}
