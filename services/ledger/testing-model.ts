// A plain model of the ledger, for tests: it copies everything before each try and keeps what went well, and shares no
// code with the core. Where several rules are broken, it knows them all.

import type { ModelAccount, ModelCapture, ModelHold, ModelJournal, Move } from './testing-nouns.ts';

interface ModelLeg {
  readonly account: string;
  readonly currency: string;
  /** More than zero for a debit. */
  signed: bigint;
  /** Of the debit of a balancing pair. */
  readonly bounded?: Move | undefined;
}

interface Posted {
  readonly reversal: boolean;
  readonly legs: readonly ModelLeg[];
  readonly undone: bigint[];
}

/** A capture as it would be booked: its legs, what it frees, and the hold as it leaves it. */
interface CapturedPart {
  readonly left: ModelHold;
  readonly legs: readonly ModelLeg[];
  readonly kind: string;
  readonly free: bigint;
}

/** The reasons why a journal must be refused: none when it must be posted. */
export type Reasons = ReadonlySet<string>;

const LARGEST = 2n ** 63n - 1n;

/** A ledger as a model: days are numbers. */
export class Model {
  accounts = new Map<string, ModelAccount>();
  readonly posted = new Map<string, Posted>();
  holds = new Map<string, ModelHold>();
  hour = 0;
  openDay: number;
  closingDay: number | undefined;

  constructor(accounts: readonly ModelAccount[], openDay: number) {
    for (const account of accounts) this.accounts.set(account.name, { ...account });
    this.openDay = openDay;
  }

  /** Posts journals that succeed or fail together. */
  post(journals: readonly ModelJournal[]): Reasons[] {
    const before = this.copy();
    const made: [string, Posted][] = [];
    for (const [index, journal] of journals.entries()) {
      const legs = journal.moves.flatMap((move): ModelLeg[] => [
        { account: move.debit, currency: move.currency, signed: move.amount, bounded: move.bounds && move },
        { account: move.credit, currency: move.currency, signed: -move.amount },
      ]);
      const reasons = this.book(legs, journal);
      if (reasons.size > 0) {
        this.accounts = before;
        return journals.map((_, at) => (at === index ? reasons : new Set(['LINKED_JOURNAL_REFUSED'])));
      }
      made.push([journal.id, { reversal: false, legs, undone: legs.map(() => 0n) }]);
    }
    for (const [id, journal] of made) this.posted.set(id, journal);
    return journals.map(() => new Set());
  }

  /** Undoes what is left of a journal, or a part of one of its moves. */
  reverse(id: string, original: string, part: { readonly move: number; readonly amount: bigint } | undefined): Reasons {
    const found = this.posted.get(original);
    if (!found) return new Set(['JOURNAL_NOT_FOUND']);
    if (found.reversal) return new Set(['REVERSAL_NOT_REVERSIBLE']);
    const wanted = part
      ? [2 * part.move, 2 * part.move + 1].map((leg) => ({ leg, amount: part.amount }))
      : found.legs.map(({ signed }, leg) => ({ leg, amount: size(signed) - (found.undone[leg] ?? 0n) }));
    const parts = wanted.filter(({ amount }) => amount > 0n);
    const tooMuch = parts.some(({ leg, amount }) => {
      const { signed } = found.legs[leg] ?? { signed: 0n };
      return (found.undone[leg] ?? 0n) + amount > size(signed);
    });
    if (tooMuch || parts.length === 0) return new Set(['REVERSAL_EXCEEDS_ORIGINAL']);
    const legs = parts.flatMap(({ leg, amount }) => {
      const undoes = found.legs[leg];
      if (!undoes) return [];
      const { account, currency, signed } = undoes;
      return [{ account, currency, signed: signed > 0n ? -amount : amount }];
    });
    const before = this.copy();
    const reasons = this.book(legs, { kind: 'reversal', endOfDay: false, day: this.openDay });
    if (reasons.size > 0) {
      this.accounts = before;
      return reasons;
    }
    for (const { leg, amount } of parts) found.undone[leg] = (found.undone[leg] ?? 0n) + amount;
    this.posted.set(id, { reversal: true, legs, undone: [] });
    return reasons;
  }

  /** Places a hold. */
  place(id: string, hold: Omit<ModelHold, 'captured' | 'state'>): Reasons {
    const reasons = new Set<string>();
    if (hold.until <= this.hour) reasons.add('HOLD_EXPIRE_TIME_NOT_LATER');
    for (const debit of [true, false]) {
      const account = this.accounts.get(debit ? hold.debit : hold.credit);
      if (!account) {
        reasons.add('LEDGER_ACCOUNT_NOT_FOUND');
        continue;
      }
      const up = account.debitNormal === debit;
      const { held, coming } = this.pending(account.name);
      if (account.currency !== hold.currency) reasons.add('CURRENCY_MISMATCH');
      if (account.state === 'closed') reasons.add('LEDGER_ACCOUNT_CLOSED');
      if (account.state === 'migrating') reasons.add('LEDGER_ACCOUNT_MIGRATING');
      if (up ? account.frozenUp : account.frozenDown) reasons.add('LEDGER_ACCOUNT_FROZEN');
      if ((up ? coming : held) + hold.amount > LARGEST) reasons.add('BALANCE_OUT_OF_RANGE');
      const short = account.floor !== null && account.balance - held - hold.amount < account.floor;
      if (!up && !hold.forced && short) reasons.add('INSUFFICIENT_FUNDS');
    }
    if (reasons.size === 0) this.holds.set(id, { ...hold, captured: 0n, state: 'open' });
    return reasons;
  }

  /** Captures a hold, without an amount all that it holds. */
  capture(id: string, holdId: string, wanted: ModelCapture['wanted']): Reasons {
    return this.linked([{ id, holdId, wanted }], undefined)[0] ?? new Set();
  }

  /** Posts captures and then a journal, if there is one, which succeed or fail together. */
  linked(captures: readonly ModelCapture[], journal: ModelJournal | undefined): Reasons[] {
    const all = journal ? [...captures, journal] : captures;
    const [accounts, holds] = [this.copy(), new Map(this.holds)];
    const refused = (at: number, reasons: Reasons): Reasons[] => {
      this.accounts = accounts;
      this.holds = holds;
      return all.map((_, index) => (index === at ? reasons : new Set(['LINKED_JOURNAL_REFUSED'])));
    };
    // What captures may be is found out for all of them before anything is booked.
    const parts: CapturedPart[] = [];
    for (const [at, { holdId, wanted }] of captures.entries()) {
      const part = this.part(holdId, wanted);
      if (part instanceof Set) return refused(at, part);
      this.holds.set(holdId, part.left);
      parts.push(part);
    }
    this.holds = new Map(holds);
    for (const [at, { left, legs, kind, free }] of parts.entries()) {
      this.holds.set(captures[at]?.holdId ?? '', left);
      const reasons = this.book(legs, { kind, endOfDay: false, day: this.openDay }, free);
      if (reasons.size > 0) return refused(at, reasons);
    }
    const [reasons = new Set<string>()] = journal ? this.post([journal]) : [];
    if (reasons.size > 0) return refused(captures.length, reasons);
    for (const [at, { legs }] of parts.entries()) {
      this.posted.set(captures[at]?.id ?? '', { reversal: false, legs, undone: [0n, 0n] });
    }
    return all.map(() => new Set());
  }

  private part(holdId: string, wanted: ModelCapture['wanted']): CapturedPart | Set<string> {
    const hold = this.holds.get(holdId);
    const over = this.over(hold);
    if (!hold || over.size > 0) return over;
    const held = hold.amount - hold.captured;
    const amount = wanted.amount ?? held;
    const captured = hold.captured + amount;
    if (captured > hold.limit) return new Set(['HOLD_EXCEEDED']);
    const state = wanted.final || captured >= hold.amount ? 'captured' : 'open';
    return {
      left: { ...hold, captured, state },
      legs: [
        { account: hold.debit, currency: hold.currency, signed: amount },
        { account: hold.credit, currency: hold.currency, signed: -amount },
      ],
      kind: wanted.forced || hold.forced ? 'fee' : 'transfer',
      free: state === 'open' ? amount : held,
    };
  }

  release(holdId: string): Reasons {
    const hold = this.holds.get(holdId);
    const over = this.over(hold);
    if (hold && over.size === 0) hold.state = 'released';
    return over;
  }

  extend(holdId: string, until: number): Reasons {
    const hold = this.holds.get(holdId);
    const over = this.over(hold);
    if (!hold || over.size > 0) return over;
    if (until <= hold.until) return new Set(['HOLD_EXPIRE_TIME_NOT_LATER']);
    hold.until = until;
    return over;
  }

  /** Lets time pass. Answers the holds that expire. */
  pass(hours: number): string[] {
    this.hour += hours;
    const due = [...this.holds].filter(([, { state, until }]) => state === 'open' && until <= this.hour);
    for (const [, hold] of due) hold.state = 'expired';
    return due.map(([id]) => id);
  }

  /** What open holds would take from an account, and bring it. */
  pending(name: string): { held: bigint; coming: bigint } {
    const sums = { held: 0n, coming: 0n };
    const grows = this.accounts.get(name)?.debitNormal === true;
    for (const { debit, credit, state, amount, captured } of this.holds.values()) {
      if (state !== 'open') continue;
      if (debit === name) sums[grows ? 'coming' : 'held'] += amount - captured;
      if (credit === name) sums[grows ? 'held' : 'coming'] += amount - captured;
    }
    return sums;
  }

  private over(hold: ModelHold | undefined): Set<string> {
    if (!hold) return new Set(['HOLD_NOT_FOUND']);
    return new Set(hold.state === 'open' ? [] : [`HOLD_${hold.state.toUpperCase()}`]);
  }

  private book(
    legs: readonly ModelLeg[],
    journal: { readonly kind: string; readonly endOfDay: boolean; readonly day: number },
    free = 0n,
  ): Reasons {
    const reasons = new Set<string>();
    const history = journal.kind === 'migration';
    if (history ? journal.day > this.openDay : journal.endOfDay && this.closingDay === undefined) {
      reasons.add('BOOKING_DATE_NOT_OPEN');
    }
    const touched = legs.flatMap(({ account }) => this.accounts.get(account) ?? []);
    const customers = touched.filter(({ customer }) => customer);
    if (history && (customers.length === 0 || customers.some(({ state }) => state !== 'migrating'))) {
      reasons.add('LEDGER_ACCOUNT_NOT_MIGRATING');
    }
    if (!history && touched.some(({ state }) => state === 'migrating')) reasons.add('LEDGER_ACCOUNT_MIGRATING');
    const forced = history || journal.kind === 'fee';
    for (const [index, leg] of legs.entries()) {
      const pair = legs[index + 1];
      if (leg.bounded && pair) {
        leg.signed = this.room(leg.bounded);
        pair.signed = -leg.signed;
      }
      this.bookLeg(leg, { forced, free }, reasons);
    }
    return reasons;
  }

  /** How much the balancing legs of a move come to. */
  private room({ debit, credit, amount, bounds }: Move): bigint {
    const rooms = [amount];
    for (const [name, signed, target] of [
      [debit, 1n, bounds?.debited],
      [credit, -1n, bounds?.credited],
    ] as const) {
      const account = this.accounts.get(name);
      if (!account) continue;
      const { balance, floor, ceiling, debitNormal } = account;
      const up = debitNormal === signed > 0n;
      const stops = [up ? ceiling : floor, target ?? null].filter((stop) => stop !== null);
      rooms.push(...stops.map((stop) => (up ? stop - balance : balance - this.pending(name).held - stop)));
    }
    const least = rooms.reduce((a, b) => (a < b ? a : b));
    return least > 0n ? least : 0n;
  }

  private bookLeg(
    { account: name, currency, signed }: ModelLeg,
    { forced, free }: { readonly forced: boolean; readonly free: bigint },
    reasons: Set<string>,
  ): void {
    const account = this.accounts.get(name);
    if (!account) {
      reasons.add('LEDGER_ACCOUNT_NOT_FOUND');
      return;
    }
    if (signed === 0n) reasons.add('NOTHING_AVAILABLE');
    const up = account.debitNormal === signed > 0n;
    const kept = size(signed) > free ? this.pending(name).held : 0n;
    const after = account.balance + (up ? size(signed) : -size(signed));
    if (account.currency !== currency) reasons.add('CURRENCY_MISMATCH');
    if (account.state === 'closed') reasons.add('LEDGER_ACCOUNT_CLOSED');
    if (up ? account.frozenUp : account.frozenDown) reasons.add('LEDGER_ACCOUNT_FROZEN');
    if (size(after) > LARGEST) reasons.add('BALANCE_OUT_OF_RANGE');
    if (!forced && account.state !== 'migrating') {
      if (!up && account.floor !== null && after - kept < account.floor) reasons.add('INSUFFICIENT_FUNDS');
      if (up && account.ceiling !== null && after > account.ceiling) reasons.add('CEILING_EXCEEDED');
    }
    account.balance = after;
    account.entries += 1;
  }

  private copy(): Map<string, ModelAccount> {
    return new Map([...this.accounts].map(([name, account]) => [name, { ...account }]));
  }
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
