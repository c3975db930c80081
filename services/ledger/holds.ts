// What the lane does with holds: they are read under the same locks as the accounts, decided by the pure core between the
// journals of the batch, and written with them. A batch without holds costs nothing more.
import { sql } from 'kysely';
import type { Work } from '#chassis/batch.ts';
import type { Call } from '#chassis/call-context.ts';
import { packRefusal, unpackRefusal } from '#chassis/claims.ts';
import type { Tx } from '#chassis/database.ts';
import { isDecision, Refusal, refuseCall } from '#chassis/errors.ts';
import { continueTrace, type Trace } from '#chassis/trace.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { after, type Place } from './chain.ts';
import { readClock } from './clock.ts';
import type { AccountState, JournalDraft } from './domain/core.ts';
import type { Hold, HoldStep, HoldTerms } from './domain/hold.ts';
import * as life from './domain/hold.ts';
import type { Kind } from './domain/kinds.ts';
import { refusedStepLeaf, stepLeaf } from './domain/leaf.ts';
import { refuse } from './domain/refusals.ts';
import { checkWiring, type Wiring } from './domain/wiring.ts';
import { holdStepped } from './events.ts';
import {
  insertHolds,
  insertSteps,
  readHolds,
  type StepRow,
  selectAccountsOfHolds,
  selectKnownSteps,
} from './hold-tables.ts';
import { holdMessage, refusedStepMessage, stepMessage } from './messages.ts';

/** Something that is asked of a hold. */
export interface HoldDraft {
  /** Tells it apart from all others of its kind, for ever. */
  readonly key: string;
  readonly fingerprint: Buffer;
  readonly owner: string;
  readonly actor: Actor | undefined;
  readonly content:
    | { readonly place: HoldTerms; readonly expireTime: number }
    | { readonly extend: string; readonly expireTime: number }
    | { readonly release: string };
}

/** A hold draft on its way to the lane; or holds to expire, if their time has passed. */
export interface HoldGroup extends Work {
  readonly hold: HoldDraft | { readonly expire: readonly string[] };
  readonly call: Call;
}

/** What became of it: the step was taken, or refused. */
export type HoldOutcome = { readonly version: bigint; readonly knownTime: Date } | { readonly refusal: Refusal };

/** What a journal captures. */
export interface Captures extends Omit<life.Capture, 'owner'> {
  readonly holdId: string;
  readonly kind: Kind | undefined;
  readonly valueDate: string | undefined;
}

/** A step that a batch takes, with the hold as it leaves it, and on whose behalf. */
export interface Stepped {
  readonly hold: Hold;
  readonly step: HoldStep;
  readonly journalId: string | null;
  readonly draft: Pick<HoldDraft, 'key' | 'fingerprint'> | undefined;
  readonly actor: Actor | undefined;
  readonly trace: Trace;
}

/** The holds of one batch. */
export interface HoldBook {
  /** The holds that are asked for by name, and the accounts to lock for all that is asked. */
  readonly ids: readonly string[];
  readonly accountIds: readonly string[];
  readonly holds: Map<string, Hold>;
  readonly known: Map<string, { readonly fingerprint: Buffer; readonly outcome: HoldOutcome }>;
  readonly steps: Stepped[];
  readonly refused: { readonly draft: HoldDraft; readonly refusal: Refusal }[];
  /** The bank's clock, in milliseconds since the epoch. */
  readonly now: number;
}

/** Finds what is known of what is asked, and the accounts that it needs locked. */
export async function openHoldBook(
  tx: Tx,
  groups: readonly HoldGroup[],
  captures: readonly Captures[],
): Promise<HoldBook> {
  const book = { ids: [], accountIds: [], holds: new Map(), known: new Map(), steps: [], refused: [], now: 0 };
  if (groups.length === 0 && captures.length === 0) return book;
  const drafts = groups.flatMap(({ hold }) => ('key' in hold ? [hold] : []));
  for (const row of await tx.query(selectKnownSteps(drafts.map(({ key }) => key)))) {
    const outcome = row.refusal
      ? { refusal: unpackRefusal(row.refusal) }
      : { version: BigInt(row.version ?? 0), knownTime: new Date(row.knownTime) };
    book.known.set(row.key, { fingerprint: row.fingerprint, outcome });
  }
  const ids = new Set(captures.map(({ holdId }) => holdId));
  for (const { hold } of groups) for (const id of namedIn(hold)) ids.add(id);
  const placed = drafts.flatMap(({ content }) => ('place' in content ? [content.place] : []));
  const named = await tx.query(selectAccountsOfHolds([...ids]));
  return {
    ...book,
    ids: [...ids],
    accountIds: [...placed.flatMap(({ debitId, creditId }) => [debitId, creditId]), ...named.map(({ id }) => id)],
    now: await readClock(tx),
  };
}

function namedIn(hold: HoldGroup['hold']): readonly string[] {
  if ('expire' in hold) return hold.expire;
  if ('place' in hold.content) return [];
  return ['extend' in hold.content ? hold.content.extend : hold.content.release];
}

/** Reads the holds that are asked for, under the lock of their accounts, and expires those whose time has passed. */
export async function loadHolds(tx: Tx, book: HoldBook, accounts: ReadonlyMap<string, AccountState>): Promise<void> {
  if (book.ids.length === 0) return;
  for (const hold of await readHolds(tx, sql`h.id = any(${book.ids})`, book.ids.length)) {
    // One that was placed a moment ago, after its accounts were looked for: their locks are not ours.
    if (!accounts.has(hold.debitId) || !accounts.has(hold.creditId)) continue;
    book.holds.set(hold.id, hold);
    const step = life.expire(hold, book.now);
    if (!step) continue;
    take(book, { hold, step, journalId: null, draft: undefined, actor: undefined, trace: continueTrace(undefined) });
    life.moveHeld(accounts, hold, step.heldChange);
  }
}

/**
 * The journal that a capture books, with the step that it takes. `group` has the holds as the captures before it in its
 * group would leave them, and then as this one does.
 */
export function capturing(
  { holds }: HoldBook,
  { id, owner }: { readonly id: string; readonly owner: string },
  captures: Captures,
  group: Map<string, Hold>,
): { readonly step: HoldStep; readonly journal: JournalDraft } | Refusal {
  const hold = group.get(captures.holdId) ?? holds.get(captures.holdId);
  if (!hold) return refuse('HOLD_NOT_FOUND');
  const made = life.captureBy(hold, { ...captures, owner }, { ...captures, id });
  if (!(made instanceof Refusal)) group.set(hold.id, made.left);
  return made;
}

/** Takes a step. */
export function take(book: HoldBook, stepped: Stepped): void {
  const hold = life.leave(stepped.hold, stepped.step);
  book.holds.set(hold.id, hold);
  book.steps.push({ ...stepped, hold });
}

/** Decides what is asked of a hold, and moves what is held of its accounts. */
export function decideHold(
  book: HoldBook,
  { hold: draft, call }: HoldGroup,
  facts: { readonly accounts: ReadonlyMap<string, AccountState>; readonly wiring: Wiring },
  knownTime: Date,
): HoldOutcome {
  if ('expire' in draft) return { version: 0n, knownTime };
  const known = book.known.get(draft.key);
  if (known) {
    const other = 'place' in draft.content ? refuse('HOLD_EXISTS') : refuseCall('REQUEST_EXISTS');
    return known.fingerprint.equals(draft.fingerprint) ? known.outcome : { refusal: other };
  }
  const decided = stepOf(book, draft, facts);
  const refusal = decided instanceof Refusal ? decided : undefined;
  // "Not like this" is not remembered.
  if (refusal && !isDecision(refusal)) return { refusal };
  const outcome = decided instanceof Refusal ? { refusal: decided } : { version: decided.step.version, knownTime };
  book.known.set(draft.key, { fingerprint: draft.fingerprint, outcome });
  if (decided instanceof Refusal) {
    book.refused.push({ draft, refusal: decided });
  } else {
    life.moveHeld(facts.accounts, decided.hold, decided.step.heldChange);
    take(book, { ...decided, journalId: null, draft, actor: draft.actor, trace: call.trace });
  }
  return outcome;
}

function stepOf(
  { holds, now }: HoldBook,
  { content, owner }: HoldDraft,
  { accounts, wiring }: { readonly accounts: ReadonlyMap<string, AccountState>; readonly wiring: Wiring },
): { readonly hold: Hold; readonly step: HoldStep } | Refusal {
  if ('place' in content) {
    const { place: terms, expireTime } = content;
    const legs = [{ accountId: terms.debitId }, { accountId: terms.creditId }];
    const step =
      checkWiring({ kind: terms.kind, legs }, accounts, wiring) ?? life.place(accounts, terms, { expireTime, now });
    return step instanceof Refusal ? step : { hold: { ...step, ...terms, no: 0n }, step };
  }
  const hold = holds.get('extend' in content ? content.extend : content.release);
  if (!hold) return refuse('HOLD_NOT_FOUND');
  const step =
    'extend' in content ? life.extend(hold, { owner, expireTime: content.expireTime }) : life.release(hold, owner);
  return step instanceof Refusal ? step : { hold, step };
}

/**
 * The steps of a batch, to be written in two: those that free something before the entries, which are checked against what is
 * still held then; those that place holds after them. That is the order in which the lane decides, and that of their leaves.
 */
export function stepWriter({ steps, refused }: HoldBook, nos: readonly bigint[], now: Date) {
  const taken = steps.map((stepped, index) => rowOf(stepped, nos[index] as bigint, now));
  const turnedDown = refused.map((one, index) => refusedRowOf(one, nos[steps.length + index] as bigint, now));
  const freeing = [...taken.filter(({ row }) => row.kind !== 'place'), ...turnedDown];
  const placing = taken.filter(({ row }) => row.kind === 'place');
  return {
    events: taken.map(({ event }) => event),
    leaves: [...freeing, ...placing].map(({ leaf }) => leaf),
    async beforeEntries(tx: Tx, place: Place): Promise<void> {
      if (freeing.length > 0) await tx.query(insertSteps(rowsOf(freeing), place));
    },
    async afterEntries(tx: Tx, place: Place): Promise<void> {
      if (placing.length === 0) return;
      await tx.query(insertHolds(placing.map(({ row, hold }) => ({ ...hold, no: row.no }))));
      await tx.query(insertSteps(rowsOf(placing), after(place, freeing.length)));
    },
  };
}

function rowOf(stepped: Stepped, no: bigint, knownTime: Date) {
  const { hold, step, journalId, draft } = stepped;
  const { kind, amount: capturedAmount, heldChange } = step;
  const [key, fingerprint] = [draft?.key ?? null, draft?.fingerprint ?? null];
  const holdNo = kind === 'place' ? no : hold.no;
  const row: StepRow = { no, kind, key, fingerprint, taken: { holdNo, step, journalId }, refusal: null };
  const message = holdMessage(hold);
  const content = { message, kind, key, capturedAmount, heldChange, journalId, knownTime, fingerprint };
  return { row, hold, leaf: stepLeaf(stepMessage(content)), event: holdStepped(stepped, message) };
}

function refusedRowOf({ draft, refusal: why }: HoldBook['refused'][number], no: bigint, knownTime: Date) {
  const { key, fingerprint, content } = draft;
  const kind = 'place' in content ? 'place' : 'extend' in content ? 'extend' : 'release';
  const refusal = packRefusal(why);
  const row: StepRow = { no, kind, key, fingerprint, taken: undefined, refusal };
  return { row, leaf: refusedStepLeaf(refusedStepMessage({ kind, key, fingerprint, refusal, knownTime })) };
}

function rowsOf(steps: readonly { readonly row: StepRow }[]): StepRow[] {
  return steps.map(({ row }) => row);
}
