// What the RPCs that ask something of one hold share: the way through the lane, and the hold as that step left it.
import { sql } from 'kysely';
import type { Call } from '#chassis/call-context.ts';
import type { Hold } from '#gen/bank/ledger/v1/hold_pb.ts';
import type { Context } from './context.ts';
import { readHoldAfter } from './hold-tables.ts';
import type { HoldDraft } from './holds.ts';
import { holdMessage } from './messages.ts';

/** Asks something of a hold. Answers the hold as the step left it, however often it is asked; nothing when rehearsed. */
export async function askHold(
  { lane, database }: Context,
  draft: HoldDraft,
  { call, validateOnly }: { readonly call: Call; readonly validateOnly: boolean },
): Promise<{ hold?: Hold }> {
  const submit = validateOnly ? lane.rehearse : lane.submit;
  const outcome = await submit({ hold: draft, call, deadline: call.deadline });
  if ('refusal' in outcome) throw outcome.refusal;
  const hold = await readHoldAfter(database, sql`s.key = ${draft.key}`);
  return hold ? { hold: holdMessage(hold) } : {};
}
