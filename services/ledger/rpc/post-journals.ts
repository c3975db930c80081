import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { invalid, Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService, NewJournal, PostJournalsRequest } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { assumedOf } from '../assumed.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { draftOf, fingerprintsOf } from '../drafts.ts';
import type { Draft, Group, Outcome } from '../posting.ts';

/** Posts journals, each with its own outcome. */
export function postJournals(context: Context): Rpcs<typeof LedgerService>['postJournals'] {
  const { lane, keys } = context;
  const key = keys.secret('journal');
  return async (request, call) => {
    const assumed = assumedOf(request);
    const submit = (group: Group) => (request.validateOnly ? lane.rehearse(group, assumed) : lane.submit(group));
    const fingerprints = fingerprintsOf(request.journals, call, key);
    const drafts = new Map(
      request.journals.map((journal, index) => [
        journal,
        attempt(() => draftOf(journal, fingerprints[index] as Buffer, call)),
      ]),
    );
    const outcomes = new Map<NewJournal, Outcome>();
    await Promise.all(
      groupsOf(request).map(async (journals) => {
        const group = journals.map((journal) => drafts.get(journal) as Draft | Refusal);
        const results = group.every((draft) => !(draft instanceof Refusal))
          ? await submit({ drafts: group as Draft[], call, deadline: call.deadline })
          : group.map((draft) => ({ refusal: draft instanceof Refusal ? draft : refuse('LINKED_JOURNAL_REFUSED') }));
        for (const [index, journal] of journals.entries()) outcomes.set(journal, results[index] as Outcome);
      }),
    );
    return { outcomes: request.journals.map((journal) => outcomeMessage(journal.journalId, outcomes.get(journal))) };
  };
}

/** Journals of one link group together, all others alone, in the order of their first. */
function groupsOf({ journals }: PostJournalsRequest): NewJournal[][] {
  const groups = new Map<string, NewJournal[]>();
  journals.forEach((journal, index) => {
    const name = journal.linkGroup === '' ? `${index}` : `group ${journal.linkGroup}`;
    groups.set(name, [...(groups.get(name) ?? []), journal]);
  });
  for (const group of groups.values()) {
    const ids = new Set(group.map(({ journalId }) => journalId));
    if (ids.size < group.length) {
      throw invalid([{ field: 'journals', description: 'A journal_id stands twice in one link_group.' }]);
    }
  }
  return [...groups.values()];
}

function attempt(work: () => Draft): Draft | Refusal {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function outcomeMessage(journalId: string, outcome: Outcome | undefined) {
  if (!outcome) throw new Error(`journal ${journalId} has no outcome`);
  if ('refusal' in outcome) {
    return { journalId, result: { case: 'refusal' as const, value: refusalMessage(outcome.refusal) } };
  }
  const { bookingDate, valueDate, knownTime, balancing } = outcome.booking;
  const balancingAmounts = balancing.map((amount) => toMoney(amount));
  const posted = { bookingDate, valueDate, knownTime: timestampFromDate(knownTime), balancingAmounts };
  return { journalId, result: { case: 'posted' as const, value: posted } };
}
