// The lane: journals that arrive while one commit is in flight are posted together by the next. One batch locks the
// accounts in order, runs the pure core, and writes journals, entries, refusals and events in bulk; the database's own
// trigger checks the laws again and moves the balances.
import { sql } from 'kysely';
import { type Batcher, type BatchState, batcher, type Settled, type Work } from '#chassis/batch.ts';
import type { Call } from '#chassis/call-context.ts';
import { unpackRefusal } from '#chassis/claims.ts';
import type { Database, Tx } from '#chassis/database.ts';
import type { Refusal } from '#chassis/errors.ts';
import { isDecision, refuseCall } from '#chassis/errors.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Chain } from './chain.ts';
import { type Correctable, checkCorrection, selectCorrectable } from './corrections.ts';
import { type AccountState, applyGroup, type Days, type JournalDraft, type Posted } from './domain/core.ts';
import { refuse } from './domain/refusals.ts';
import { noteReversal, type Original, type Part, reversalOf } from './domain/reversal.ts';
import { checkWiring, type Wiring } from './domain/wiring.ts';
import { takeKnownTime } from './known-time.ts';
import { lockAccounts, lockDays, noteUndone, selectKnownJournals, selectOriginals } from './tables.ts';
import { type Means, type Refused, writeBatch } from './writing.ts';

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
  /** What to post, or what to undo. */
  readonly content: { readonly journal: JournalDraft } | { readonly reverses: Reverses };
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
}

/** What became of one journal. */
export type Outcome = { readonly booking: Booking } | { readonly refusal: Refusal };

/** The lane of one ledger process. */
export interface Lane extends Batcher<Group, readonly Outcome[]> {
  /** Answers what would happen, and does nothing. */
  rehearse(group: Group): Promise<readonly Outcome[]>;
}

const GROUPS_MAX = 2_000;
const BLOCK_SIZE = 1_000n;

/** Opens the lane. */
export function openLane(database: Database, wiring: () => Promise<Wiring>, chain: Chain): Lane {
  const means = { numbers: journalNumbers(), chain };
  const lane = batcher<Group, readonly Outcome[]>({
    maxItems: GROUPS_MAX,
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
    ...lane,
    async rehearse(group) {
      const rules = await wiring();
      const rehearsal = (tx: Tx) => post(tx, [group], rules, { everyoneIsLate: () => false });
      const [settled] = await database.transaction(rehearsal, { rollback: true });
      if (!settled || 'error' in settled) throw settled?.error;
      return settled.value;
    },
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
}

interface Known {
  readonly fingerprint: Buffer;
  readonly outcome: Outcome;
}

/** Decides a batch, and writes it. Without `means` nothing is written. */
async function post(
  tx: Tx,
  groups: readonly Group[],
  wiring: Wiring,
  state: BatchState,
  means?: Means,
): Promise<readonly Settled<readonly Outcome[]>[]> {
  const drafts = groups.flatMap((group) => group.drafts);
  const days = await lockDays(tx, 'share');
  const known = await readKnown(tx, drafts);
  const originals = await selectOriginals(tx, reversedIds(drafts, known));
  const correctable = await selectCorrectable(tx, drafts);
  const accounts = await readAccounts(tx, drafts, originals);
  // Read under the lock of the accounts, which all reversals of one leg share.
  await noteUndone(tx, originals);
  const now = await takeKnownTime(tx);
  const facts: Facts = { accounts, originals, correctable, days, wiring };

  const booked: Omit<Booked, 'no'>[] = [];
  const refused: Refused[] = [];
  const outcomes = groups.map((group) => {
    if (group.drafts.some(({ id }) => known.has(id))) return repeat(group, known);
    if (group.drafts.some(({ after }) => after !== '' && !known.has(after))) {
      return group.drafts.map(() => ({ refusal: refuse('JOURNAL_OUT_OF_ORDER') }));
    }
    const results = decide(group, facts);
    const outcomes = results.map(({ result }) => outcomeOf(result, now));
    // "Not like this" is not remembered, and so neither is what it did to its group.
    if (outcomes.some((outcome) => 'refusal' in outcome && !isDecision(outcome.refusal))) return outcomes;
    results.forEach(({ draft, journal, result }, index) => {
      known.set(draft.id, { fingerprint: draft.fingerprint, outcome: outcomes[index] as Outcome });
      if ('refusal' in result) refused.push({ draft, refusal: result.refusal });
      else if (journal) {
        const correctedNo = correctable.get(draft.corrects ?? '')?.no;
        booked.push({ group, draft, journal, posted: result.posted, reversed: note(draft, journal), correctedNo });
        correctable.set(draft.id, { owner: draft.owner, no: undefined });
      }
    });
    return outcomes;
  });

  function note(draft: Draft, journal: JournalDraft): Original | undefined {
    const reversed = 'reverses' in draft.content ? originals.get(draft.content.reverses.journalId) : undefined;
    if (reversed) noteReversal(reversed, journal);
    return reversed;
  }

  await (means && writeBatch(tx, { booked, refused, now }, means));
  if (!state.everyoneIsLate()) return outcomes.map((value) => ({ value }));
  tx.rollbackAtEnd();
  means?.chain.forget();
  return groups.map(() => ({ error: refuseCall('DEADLINE_PASSED') }));
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
  const made = drafts.map((draft, index) => ({ draft, journal: journalOf(draft, drafts.slice(0, index), facts) }));
  const wrong = made.findIndex(({ journal }) => journal instanceof Error);
  if (wrong >= 0) {
    return made.map(({ draft, journal }, index) => ({
      draft,
      journal: undefined,
      result: { refusal: index === wrong ? (journal as Refusal) : refuse('LINKED_JOURNAL_REFUSED') },
    }));
  }
  const journals = made.map(({ journal }) => journal as JournalDraft);
  const results = applyGroup(facts.accounts, journals, facts.days);
  return made.map(({ draft }, index) => ({
    draft,
    journal: journals[index],
    result: results[index] ?? { refusal: refuse('LINKED_JOURNAL_REFUSED') },
  }));
}

function journalOf(draft: Draft, before: readonly Draft[], facts: Facts): JournalDraft | Refusal {
  const { id, owner, content } = draft;
  if ('journal' in content) {
    const unwired = checkWiring(content.journal, facts.accounts, facts.wiring);
    return unwired ?? checkCorrection(draft, facts.correctable, before) ?? content.journal;
  }
  const { journalId, parts, valueDate } = content.reverses;
  const original = facts.originals.get(journalId);
  return original ? reversalOf(original, { id, owner, parts, valueDate }) : refuse('JOURNAL_NOT_FOUND');
}

function outcomeOf(result: { posted: Posted } | { refusal: Refusal }, knownTime: Date): Outcome {
  if ('refusal' in result) return result;
  const { bookingDate, valueDate } = result.posted;
  return { booking: { bookingDate, valueDate, knownTime } };
}

async function readKnown(tx: Tx, drafts: readonly Draft[]): Promise<Map<string, Known>> {
  const ids = new Set(drafts.map(({ id }) => id));
  for (const { after } of drafts) if (after !== '') ids.add(after);
  const rows = await tx.query(selectKnownJournals([...ids]));
  return new Map(
    rows.map((row) => [
      row.id,
      {
        fingerprint: row.fingerprint,
        outcome: row.refusal
          ? { refusal: unpackRefusal(row.refusal) }
          : { booking: { bookingDate: row.bookingDate, valueDate: row.valueDate, knownTime: new Date(row.knownTime) } },
      },
    ]),
  );
}

function reversedIds(drafts: readonly Draft[], known: ReadonlyMap<string, Known>): string[] {
  return drafts.flatMap(({ id, content }) =>
    'reverses' in content && !known.has(id) ? [content.reverses.journalId] : [],
  );
}

async function readAccounts(
  tx: Tx,
  drafts: readonly Draft[],
  originals: ReadonlyMap<string, Original>,
): Promise<ReadonlyMap<string, AccountState>> {
  const ids = new Set<string>();
  for (const { content } of drafts) {
    if ('journal' in content) for (const { accountId } of content.journal.legs) ids.add(accountId);
  }
  for (const { legs } of originals.values()) for (const { accountId } of legs) ids.add(accountId);
  const accounts = await lockAccounts(tx, [...ids]);
  return new Map(accounts.map((account) => [account.id, account]));
}

/** Numbers for journals, in blocks, so that a batch seldom asks for them. A number that is not used is never used. */
function journalNumbers(): (tx: Tx, count: number) => Promise<bigint[]> {
  let next = 0n;
  let end = 0n;
  return async (tx, count) => {
    const numbers: bigint[] = [];
    while (numbers.length < count) {
      if (next === end) {
        const [block] = await tx.query(sql<{ first: string }>`select nextval('journal_block') as first`);
        next = BigInt(block?.first ?? 0);
        end = next + BLOCK_SIZE;
      }
      numbers.push(next);
      next += 1n;
    }
    return numbers;
  };
}
