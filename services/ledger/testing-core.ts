// A ledger with nothing but its core, for tests; and which core, for it may be one with a planted fault.
import { expect } from 'chai';
import type { Refusal } from '#chassis/errors.ts';
import * as balancing from './domain/balancing.ts';
import * as closing from './domain/closing.ts';
import type { AccountState, Days, JournalDraft, JournalResult } from './domain/core.ts';
import * as journals from './domain/core.ts';
import * as gaps from './domain/gaps.ts';
import type { Hold, HoldStep, HoldTerms } from './domain/hold.ts';
import * as holds from './domain/hold.ts';
import * as kinds from './domain/kinds.ts';
import type { Original } from './domain/reversal.ts';
import * as reversals from './domain/reversal.ts';
import * as wiring from './domain/wiring.ts';
import type { ModelAccount, ModelCapture } from './testing-nouns.ts';

/** The pure rules of the ledger. */
export const THE_CORE = { balancing, closing, gaps, holds, journals, kinds, reversals, wiring };
export type Core = typeof THE_CORE;

type Standing = Pick<AccountState, 'balance' | 'version' | 'held' | 'pendingIn'>;

const OWNER = 'transaction';
const NEW: Standing = { balance: 0n, version: 0n, held: 0n, pendingIn: 0n };

/** A ledger that keeps its accounts, journals and holds in memory, and checks each answer of its core. */
export class CoreLedger {
  readonly accounts = new Map<string, AccountState>();
  readonly originals = new Map<string, Original>();
  readonly held = new Map<string, Hold>();
  now = 0;
  days: Days;
  readonly #core: Core;

  constructor(core: Core, accounts: readonly ModelAccount[], open: string) {
    this.#core = core;
    this.days = { open, closing: [] };
    for (const { name, debitNormal, frozenDown, frozenUp, ...account } of accounts) {
      this.accounts.set(name, {
        ...NEW,
        ...account,
        no: BigInt(this.accounts.size + 1),
        id: name,
        normalSide: debitNormal ? 'debit' : 'credit',
        decreaseFrozen: frozenDown,
        increaseFrozen: frozenUp,
      });
    }
  }

  change(name: string, terms: Partial<AccountState>): void {
    const account = this.accounts.get(name);
    if (account) this.accounts.set(name, { ...account, ...terms });
  }

  post(journals: readonly JournalDraft[]): string[] {
    const before = new Map<string, Standing>();
    for (const [id, { balance, version, held, pendingIn }] of this.accounts) {
      before.set(id, { balance, version, held, pendingIn });
    }
    const results = this.#core.journals.applyGroup(this.accounts, journals, this.days);
    this.#check(before, results);
    for (const [index, result] of results.entries()) {
      const draft = journals[index];
      if ('refusal' in result || !draft) continue;
      const legs = result.posted.entries.map(({ account: { id, currency }, amount, leg }) => {
        return { leg, accountId: id, currency, amount, undone: 0n };
      });
      this.originals.set(draft.id, { id: draft.id, owner: OWNER, isReversal: draft.kind === 'reversal', legs });
    }
    return results.map((result) => ('refusal' in result ? result.refusal.reason : 'posted'));
  }

  reverse(id: string, original: string, part?: { move: number; amount: bigint }): string {
    const found = this.originals.get(original);
    if (!found) return 'JOURNAL_NOT_FOUND';
    const legs = part ? [2 * part.move, 2 * part.move + 1] : [];
    const parts = legs.map((leg) => {
      return { leg, currency: found.legs[leg]?.currency ?? 'EUR', amount: part?.amount ?? 0n };
    });
    const draft = this.#core.reversals.reversalOf(found, { id, owner: OWNER, parts, valueDate: undefined });
    if (draft instanceof Error) return draft.reason;
    const [told = ''] = this.post([draft]);
    if (told === 'posted') this.#core.reversals.noteReversal(found, draft);
    return told;
  }

  place(terms: Omit<HoldTerms, 'owner'>, expireTime: number): string {
    const owned = { ...terms, owner: OWNER };
    const step = this.#core.holds.place(this.accounts, owned, { expireTime, now: this.now });
    const standing = { state: 'open', version: 0n, captured: 0n, held: 0n, expireTime } as const;
    return this.#take({ ...owned, ...standing, no: 0n }, step);
  }

  /** Posts captures and then journals, which succeed or fail together. */
  linked(captures: readonly ModelCapture[], journals: readonly JournalDraft[]): string[] {
    const left = new Map<string, Hold>();
    const made: { readonly id: string; readonly step: HoldStep; readonly journal: JournalDraft }[] = [];
    for (const [at, { id, holdId, wanted }] of captures.entries()) {
      const one = this.#captured(id, left.get(holdId) ?? this.held.get(holdId), wanted);
      if (typeof one === 'string') {
        return [...captures, ...journals].map((_, index) => (index === at ? one : 'LINKED_JOURNAL_REFUSED'));
      }
      left.set(holdId, one.left);
      made.push({ ...one, id: holdId });
    }
    const told = this.post([...made.map(({ journal }) => journal), ...journals]);
    if (told.some((one) => one !== 'posted')) return told;
    for (const { id, step } of made) this.#take(this.held.get(id) as Hold, step);
    return told;
  }

  #captured(id: string, hold: Hold | undefined, { amount: minor, final, forced }: ModelCapture['wanted']) {
    if (!hold) return 'HOLD_NOT_FOUND';
    const amount = minor === null ? undefined : { currency: hold.currency, minor };
    const journal = { id, kind: forced ? ('fee' as const) : undefined, valueDate: undefined };
    const made = this.#core.holds.captureBy(hold, { owner: OWNER, amount, final }, journal);
    return made instanceof Error ? made.reason : made;
  }

  release(hold: Hold): string {
    return this.#take(hold, this.#core.holds.release(hold, OWNER));
  }

  extend(hold: Hold, expireTime: number): string {
    return this.#take(hold, this.#core.holds.extend(hold, { owner: OWNER, expireTime }));
  }

  /** Lets time pass. Answers the holds that expire. */
  pass(hours: number): string[] {
    this.now += hours;
    return [...this.held.values()].flatMap((hold) => {
      const expiry = this.#core.holds.expire(hold, this.now);
      if (!expiry) return [];
      this.#take(hold, expiry);
      return [hold.id];
    });
  }

  /** Takes a step of a hold; what a capture frees, its journal has freed. */
  #take(hold: Hold, step: HoldStep | Refusal): string {
    if (step instanceof Error) return step.reason;
    if (step.kind !== 'capture') this.#core.holds.moveHeld(this.accounts, hold, step.heldChange);
    if (step.version !== hold.version + 1n) expect.fail(`version ${step.version} of ${hold.id} after ${hold.version}`);
    const { kind, amount } = hold;
    this.held.set(hold.id, { ...hold, ...step, kind, amount });
    return 'posted';
  }

  /** What every call must keep, whatever it answers. */
  #check(standings: Map<string, Standing>, results: readonly JournalResult[]): void {
    const posted = results.flatMap((result) => ('posted' in result ? [result.posted] : []));
    if (posted.length > 0 && posted.length < results.length) expect.fail('a part of a group was posted');
    for (const { entries } of posted) {
      for (const { account, version, amount, balanceAfter } of entries) {
        const last = standings.get(account.id) ?? NEW;
        const right = version === last.version + 1n && balanceAfter === last.balance + amount;
        if (!right) expect.fail(`version ${version} of ${account.id} is ${balanceAfter}, after ${last.balance}`);
        standings.set(account.id, { ...last, balance: balanceAfter, version });
      }
      const legs = entries.map(({ account: { currency }, amount }) => ({ currency, amount }));
      if (!this.#core.journals.isBalanced(legs)) expect.fail('a journal does not balance');
    }
    for (const [id, { balance, version, held, pendingIn }] of this.accounts) {
      const last = standings.get(id);
      const kept = posted.length > 0 || (held === last?.held && pendingIn === last.pendingIn);
      if (balance === last?.balance && version === last.version && kept) continue;
      expect.fail(`${id} stands at ${balance} in version ${version}, not where its entries took it`);
    }
  }
}
