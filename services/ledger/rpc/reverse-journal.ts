import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { reversalDraftOf } from '../drafts.ts';
import { readJournals } from '../journals.ts';
import { journalMessage } from '../messages.ts';

/** Undoes a journal, in whole or in part. */
export function reverseJournal({ lane, database, keys }: Context): Rpcs<typeof LedgerService>['reverseJournal'] {
  const key = keys.secret('journal');
  return async (request, call) => {
    const draft = reversalDraftOf(request, call, key);
    const submit = request.validateOnly ? lane.rehearse : lane.submit;
    const [outcome] = await submit({ drafts: [draft], call, deadline: call.deadline });
    if (!outcome) throw new Error('a reversal was answered without an outcome');
    if ('refusal' in outcome) throw outcome.refusal;
    const [journal] = await readJournals(database, sql`j.id = ${request.requestId}`, 1);
    return journal ? { journal: journalMessage(journal) } : {};
  };
}
