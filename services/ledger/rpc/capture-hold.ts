import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { capturingOf } from '../hold-drafts.ts';
import { readHoldAfter } from '../hold-tables.ts';
import { readJournals } from '../journals.ts';
import { holdMessage, journalMessage } from '../messages.ts';

/** Captures a hold, in full or in part. */
export function captureHold({ lane, database, keys }: Context): Rpcs<typeof LedgerService>['captureHold'] {
  const key = keys.secret('journal');
  return async (request, call) => {
    const draft = capturingOf(request, call, key);
    const submit = request.validateOnly ? lane.rehearse : lane.submit;
    const [outcome] = await submit({ drafts: [draft], call, deadline: call.deadline });
    if (!outcome) throw new Error('a capture was answered without an outcome');
    if ('refusal' in outcome) throw outcome.refusal;
    const [journal] = await readJournals(database, sql`j.id = ${draft.id}`, 1);
    const hold = await readHoldAfter(database, sql`s.journal_no = (select no from journal where id = ${draft.id})`);
    return journal && hold ? { journal: journalMessage(journal), hold: holdMessage(hold) } : {};
  };
}
