// The lane: journals that arrive while one commit is in flight are posted together by the next. One batch locks the accounts in order, runs the pure
// core, and writes journals, entries, refusals and events in bulk; the database's own trigger checks the laws again and moves the balances.
import { type BatchState, batcher, type Settled, type Work } from '#chassis/batch.ts';
import type { House } from '#chassis/boot.ts';
import type { Call } from '#chassis/call-context.ts';
import type { Tx } from '#chassis/database.ts';
import { isDecision, type Refusal, refuseCall } from '#chassis/errors.ts';
import type { Amount } from '#chassis/money.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { assume } from './assumed.ts';
import { type Known, readAccounts, readKnown, reversedIds } from './batch-reading.ts';
import { type Means, type Refused, write } from './batch-writing.ts';
import type { Chain } from './chain.ts';
import { type Correctable, checkCorrection, selectCorrectable } from './corrections.ts';
import { balancingDebits } from './domain/balancing.ts';
import { type AccountState, applyGroup, type Days, type JournalDraft, type Posted } from './domain/core.ts';
import type { Hold, HoldStep } from './domain/hold.ts';
import { refuse } from './domain/refusals.ts';
import { noteReversal, type Original, type Part, reversalOf } from './domain/reversal.ts';
import { checkWiring, type Wiring } from './domain/wiring.ts';
import {
  type Captures,
  capturing,
  decideHold,
  type HoldBook,
  type HoldGroup,
  type HoldOutcome,
  loadHolds,
  openHoldBook,
  take,
} from './holds.ts';
import { takeKnownTime } from './known-time.ts';
import { numbersInBlocks } from './numbers.ts';
import { type AccountTerms, lockDays, noteUndone, selectOriginals } from './tables.ts';

/** A journal on its way to the lane. */
export interface Draft {
  readonly id: string;
  readonly fingerprint: Buffer;
  readonly owner: string;
  readonly actor: Actor | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** The journal that must be known before this one is booked; empty for none. */
  readonly after: string;
  /** The journal that this one corrects. */
  readonly corrects?: string;
  /** What to post, what to undo, or what to capture. */
  readonly content:
    | { readonly journal: JournalDraft }
    | { readonly reverses: Reverses }
    | { readonly captures: Captures };
}

interface Reverses {
  readonly journalId: string;
  readonly parts: readonly Part[];
  readonly valueDate: string | undefined;
}

/** Journals that succeed or fail together: mostly one. */
export interface Group extends Work {
  readonly drafts: readonly Draft[];
  readonly call: Call;
}

/** When and where a journal was booked. */
export interface Booking {
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly knownTime: Date;
  /** What its balancing legs came to. */
  readonly balancing: readonly Amount[];
}

/** What became of one journal. */
export type Outcome = { readonly booking: Booking } | { readonly refusal: Refusal };

type OutcomeOf<G> = G extends HoldGroup ? HoldOutcome : readonly Outcome[];

/** The lane of one ledger process. */
export interface Lane {
  /** Waits for a batch and answers with its own outcome. */
  submit<G extends Group | HoldGroup>(group: G): Promise<OutcomeOf<G>>;
  /** Answers what would happen, with more accounts open where they are not, and does nothing. */
  rehearse<G extends Group | HoldGroup>(group: G, assumed?: readonly AccountTerms[]): Promise<OutcomeOf<G>>;
  /** Refuses new work and waits for what is at work. */
  drain(): Promise<void>;
}

const GROUPS_MAX = 2_000;

/** Opens the lane. */
export function openLane({ database, metrics }: House, wiring: () => Promise<Wiring>, chain: Chain): Lane {
  const means = { numbers: numbersInBlocks(), chain };
  const lane = batcher<Group | HoldGroup, readonly Outcome[] | HoldOutcome>({
    maxItems: GROUPS_MAX,
    measured: (size, milliseconds) => metrics.batched('journals', size, milliseconds),
    async run(groups, state) {
      const rules = await wiring();
      try {
        const settled = await database.transaction((tx) => post(tx, groups, rules, state, means));
        chain.keep();
        return settled;
      } catch (error) {
        chain.forget();
        throw error;
      }
    },
  });
  return {
    submit: <G extends Group | HoldGroup>(group: G) => lane.submit(group) as Promise<OutcomeOf<G>>,
    async rehearse<G extends Group | HoldGroup>(group: G, assumed: readonly AccountTerms[] = []) {
      const rules = await wiring();
      const rehearsal = async (tx: Tx) => {
        await assume(tx, assumed);
        return post(tx, [group], rules, { everyoneIsLate: () => false });
      };
      const [settled] = await database.transaction(rehearsal, { rollback: true });
      if (!settled || 'error' in settled) throw settled?.error;
      return settled.value as OutcomeOf<G>;
    },
    drain: () => lane.drain(),
  };
}

/** A journal that is being booked: its draft, what was posted, and its number. */
export interface Booked {
  readonly no: bigint;
  readonly group: Group;
  readonly draft: Draft;
  readonly journal: JournalDraft;
  readonly posted: Posted;
  readonly reversed: Original | undefined;
  /** The number of the journal that it corrects, where that was posted before this batch. */
  readonly correctedNo: bigint | undefined;
}

/** What a batch is decided by. */
interface Facts {
  readonly accounts: ReadonlyMap<string, AccountState>;
  readonly originals: ReadonlyMap<string, Original>;
  readonly correctable: ReadonlyMap<string, Correctable>;
  readonly days: Days;
  readonly wiring: Wiring;
  readonly holds: HoldBook;
}

/** Decides a batch, and writes it. Without `means` nothing is written. */
async function post(
  tx: Tx,
  groups: readonly (Group | HoldGroup)[],
  wiring: Wiring,
  state: BatchState,
  means?: Means,
): Promise<readonly Settled<readonly Outcome[] | HoldOutcome>[]> {
  const lane = await means?.chain.lane(tx);
  const drafts = groups.flatMap((group) => ('drafts' in group ? group.drafts : []));
  const days = await lockDays(tx, 'share');
  const known = await readKnown(tx, drafts);
  const originals = await selectOriginals(tx, reversedIds(drafts, known));
  const correctable = await selectCorrectable(tx, drafts);
  const captures = drafts.flatMap(({ content }) => ('captures' in content ? [content.captures] : []));
  const holds = await openHoldBook(
    tx,
    groups.filter((group) => 'hold' in group),
    captures,
  );
  const accounts = await readAccounts(tx, drafts, originals, holds.accountIds, lane);
  // Read under the lock of the accounts, which all reversals of one leg share, and all steps of a hold.
  await noteUndone(tx, originals);
  await loadHolds(tx, holds, accounts);
  const now = await takeKnownTime(tx);
  const facts: Facts = { accounts, originals, correctable, days, wiring, holds };

  const booked: Omit<Booked, 'no'>[] = [];
  const refused: Refused[] = [];
  const decideGroup = (group: Group): readonly Outcome[] => {
    if (group.drafts.some(({ id }) => known.has(id))) return repeat(group, known);
    if (group.drafts.some(({ after }) => after !== '' && !known.has(after))) {
      return group.drafts.map(() => ({ refusal: refuse('JOURNAL_OUT_OF_ORDER') }));
    }
    const results = decide(group, facts);
    const outcomes = results.map(({ made, result }) => outcomeOf(made, result, now));
    // "Not like this" is not remembered, and so neither is what it did to its group.
    if (outcomes.some((outcome) => 'refusal' in outcome && !isDecision(outcome.refusal))) return outcomes;
    results.forEach(({ draft, made, result }, index) => {
      known.set(draft.id, { fingerprint: draft.fingerprint, outcome: outcomes[index] as Outcome });
      if ('refusal' in result) refused.push({ draft, refusal: result.refusal });
      else if (made) {
        const correctedNo = correctable.get(draft.corrects ?? '')?.no;
        const { journal } = made;
        const reversed = note({ draft, ...made }, group, facts);
        booked.push({ group, draft, journal, posted: result.posted, reversed, correctedNo });
        correctable.set(draft.id, { owner: draft.owner, no: undefined });
      }
    });
    return outcomes;
  };

  const outcomes = new Map<Group | HoldGroup, readonly Outcome[] | HoldOutcome>();
  for (const group of inOrder(groups)) {
    outcomes.set(group, 'hold' in group ? decideHold(holds, group, facts, now) : decideGroup(group));
  }
  await (means && write(tx, { booked, refused, holds, now }, means));
  if (!state.everyoneIsLate()) return groups.map((group) => ({ value: outcomes.get(group) as readonly Outcome[] }));
  tx.rollbackAtEnd();
  means?.chain.forget();
  return groups.map(() => ({ error: refuseCall('DEADLINE_PASSED') }));
}

/** First what frees holds, then journals, then what places holds: the order in which they are written. */
function inOrder(groups: readonly (Group | HoldGroup)[]): readonly (Group | HoldGroup)[] {
  const rank = (group: Group | HoldGroup): number => {
    if (!('hold' in group)) return 1;
    return 'key' in group.hold && 'place' in group.hold.content ? 2 : 0;
  };
  return groups.some((group) => 'hold' in group) ? groups.toSorted((a, b) => rank(a) - rank(b)) : groups;
}

interface Made {
  readonly journal: JournalDraft;
  /** Of a capture: the step that its hold takes. */
  readonly step?: HoldStep;
}

/** Notes what a posted journal does to the one that it reverses, which it answers, or to the hold that it captures. */
function note(
  { draft, journal, step }: Made & { readonly draft: Draft },
  group: Group,
  { originals, holds }: Facts,
): Original | undefined {
  const { content, id, actor } = draft;
  if ('captures' in content) {
    const hold = holds.holds.get(content.captures.holdId);
    if (hold && step) take(holds, { hold, step, journalId: id, draft: undefined, actor, trace: group.call.trace });
  }
  const reversed = 'reverses' in content ? originals.get(content.reverses.journalId) : undefined;
  if (reversed) noteReversal(reversed, journal);
  return reversed;
}

/** The outcomes of a group of which at least one journal is known: as the first time, or refused for other content. */
function repeat(group: Group, known: ReadonlyMap<string, Known>): readonly Outcome[] {
  return group.drafts.map(({ id, fingerprint }) => {
    const first = known.get(id);
    if (!first) return { refusal: refuse('LINKED_JOURNAL_REFUSED') };
    return first.fingerprint.equals(fingerprint) ? first.outcome : { refusal: refuse('JOURNAL_EXISTS') };
  });
}

function decide({ drafts }: Group, facts: Facts) {
  const holds = new Map<string, Hold>();
  const made = drafts.map((draft, index) => ({ draft, made: make(draft, drafts.slice(0, index), facts, holds) }));
  const wrong = made.findIndex((one) => one.made instanceof Error);
  if (wrong >= 0) {
    return made.map((one, index) => ({
      draft: one.draft,
      made: undefined,
      result: { refusal: index === wrong ? (one.made as Refusal) : refuse('LINKED_JOURNAL_REFUSED') },
    }));
  }
  const journals = made.map((one) => (one.made as Made).journal);
  const results = applyGroup(facts.accounts, journals, facts.days);
  return made.map((one, index) => ({
    draft: one.draft,
    made: one.made as Made,
    result: results[index] ?? { refusal: refuse('LINKED_JOURNAL_REFUSED') },
  }));
}

function make(draft: Draft, before: readonly Draft[], facts: Facts, holdsOfGroup: Map<string, Hold>): Made | Refusal {
  const { id, owner, content } = draft;
  if ('journal' in content) {
    const unwired = checkWiring(content.journal, facts.accounts, facts.wiring);
    return unwired ?? checkCorrection(draft, facts.correctable, before) ?? { journal: content.journal };
  }
  if ('captures' in content) {
    const made = capturing(facts.holds, draft, content.captures, holdsOfGroup);
    return made instanceof Error ? made : (checkWiring(made.journal, facts.accounts, facts.wiring) ?? made);
  }
  const { journalId, parts, valueDate } = content.reverses;
  const original = facts.originals.get(journalId);
  if (!original) return refuse('JOURNAL_NOT_FOUND');
  const journal = reversalOf(original, { id, owner, parts, valueDate });
  return journal instanceof Error ? journal : { journal };
}

function outcomeOf(
  made: Made | undefined,
  result: { posted: Posted } | { refusal: Refusal },
  knownTime: Date,
): Outcome {
  if ('refusal' in result) return result;
  const { bookingDate, valueDate, entries } = result.posted;
  const balancing = balancingDebits(made?.journal.legs ?? []).flatMap((leg) => {
    const entry = entries[leg];
    return entry ? [{ currency: entry.account.currency, minor: entry.amount }] : [];
  });
  return { booking: { bookingDate, valueDate, knownTime, balancing } };
}
