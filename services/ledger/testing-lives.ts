// Lives a random life in the core and in the model, comparing every answer and every balance.
import { expect } from 'chai';
import type { JournalDraft } from './domain/core.ts';
import { type Core, CoreLedger } from './testing-core.ts';
import { Model } from './testing-model.ts';
import type { ModelJournal, Move } from './testing-nouns.ts';
import {
  ACCOUNTS,
  type HoldStep,
  isAboutHolds,
  type RandomJournal,
  type RandomMove,
  type Step,
  type TermsStep,
} from './testing-steps.ts';
import { counter } from './testing-table-runs.ts';

const FIRST_DAY = Temporal.PlainDate.from('2026-03-02');
/** Days as text, for it takes a while to say them. */
const DAYS = new Map<number, string>();

/** A life in both. */
interface Both {
  readonly model: Model;
  readonly ledger: CoreLedger;
  /** Is told what is done, and what became of it. */
  readonly note: (what: string) => void;
}

/** Lives a life in the core and in the model. */
export function live(core: Core, steps: readonly Step[], note: (what: string) => void = () => undefined): void {
  const both = { model: new Model(ACCOUNTS, 0), ledger: new CoreLedger(core, ACCOUNTS, dayText(0)), note };
  const numbers = counter();
  for (const step of steps) {
    if (step.do === 'post') agreeOnJournals(step, both, numbers);
    else if (step.do === 'reverse') agreeOnReversal(step, both, numbers());
    else if (step.do === 'linked') agreeOnLinked(step, both, numbers);
    else if (isAboutHolds(step)) agreeOnHold(step, both, numbers());
    else change(step, both);
    compare(both, step);
  }
}

function agreeOnJournals(step: Step & { do: 'post' }, both: Both, numbers: () => string): void {
  const journals = step.group.map((one) => modelJournal(one, numbers(), both.model.openDay));
  const expected = both.model.post(journals);
  const told = both.ledger.post(journals.map(draftOf));
  for (const [index, answer] of told.entries()) agree(answer, expected[index] ?? new Set(), { both, step });
}

function agreeOnLinked(step: Step & { do: 'linked' }, both: Both, numbers: () => string): void {
  const ids = [...both.model.holds.keys()];
  const captures = step.captures.map(({ which, ...wanted }) => {
    return { id: numbers(), holdId: ids[which % Math.max(ids.length, 1)] ?? 'none', wanted };
  });
  const journal = modelJournal(step.journal, numbers(), both.model.openDay);
  const expected = both.model.linked(captures, journal);
  const told = both.ledger.linked(captures, [draftOf(journal)]);
  for (const [index, answer] of told.entries()) agree(answer, expected[index] ?? new Set(), { both, step });
}

function agreeOnReversal(step: Step & { do: 'reverse' }, both: Both, id: string): void {
  const { model, ledger } = both;
  const ids = [...model.posted.keys()];
  const original = ids[step.which % Math.max(ids.length, 1)] ?? 'none';
  const moves = (model.posted.get(original)?.legs.length ?? 0) / 2;
  const part = step.part && step.part.move < moves ? step.part : undefined;
  agree(ledger.reverse(id, original, part), model.reverse(id, original, part), { both, step });
}

/** Does something to a hold in the model and in the core. */
function agreeOnHold(step: HoldStep, both: Both, id: string): void {
  const { model, ledger } = both;
  if (step.do === 'pass') {
    const expired = model.pass(step.hours);
    const told = ledger.pass(step.hours);
    expect(told).to.deep.equal(expired);
    both.note(told.length > 0 ? 'pass expired' : 'pass');
    return;
  }
  if (step.do === 'place') {
    const { forced, over, hours } = step;
    const { debit, credit, currency, amount } = modelMove(step.move);
    const until = model.hour + hours;
    const limit = amount + over;
    const terms = { debitId: debit, creditId: credit, captureLimit: limit, currency, amount };
    const told = ledger.place({ id, kind: forced ? 'fee' : 'transfer', ...terms }, until);
    agree(told, model.place(id, { debit, credit, currency, amount, limit, forced, until }), { both, step });
    return;
  }
  const ids = [...model.holds.keys()];
  const hold = ledger.held.get(ids[step.which % Math.max(ids.length, 1)] ?? '');
  if (!hold) return;
  if (step.do === 'capture') {
    const [told = ''] = ledger.linked([{ id, holdId: hold.id, wanted: step }], []);
    agree(told, model.capture(id, hold.id, step), { both, step });
  } else if (step.do === 'release') {
    agree(ledger.release(hold), model.release(hold.id), { both, step });
  } else {
    const until = ledger.now + step.hours;
    agree(ledger.extend(hold, until), model.extend(hold.id, until), { both, step });
  }
}

function compare({ model, ledger }: Both, step: Step): void {
  for (const [name, { balance, entries, debitNormal }] of model.accounts) {
    const account = ledger.accounts.get(name);
    const { held, coming } = model.pending(name);
    const moved = account?.balance === (debitNormal ? balance : -balance) && account.version === BigInt(entries);
    if (moved && account.held === held && account.pendingIn === coming) continue;
    expect.fail(`${name} stands elsewhere in the model: ${balance}, held ${held}, in ${coming}, after ${shown(step)}`);
  }
}

function modelMove({ debit, credit, amount, bounds }: RandomMove): Move {
  return {
    debit: ACCOUNTS[debit]?.name ?? 'nobody',
    credit: ACCOUNTS[credit]?.name ?? 'nobody',
    currency: ACCOUNTS[debit]?.currency ?? 'EUR',
    amount,
    bounds,
  };
}

/** Changes terms and days in the model as the ledger's other RPCs would, and in the core alike. */
function change(step: TermsStep, { model, ledger }: Both): void {
  if (step.do === 'advance') {
    if (model.closingDay !== undefined) return;
    model.closingDay = model.openDay;
    model.openDay += 1;
  } else if (step.do === 'closeDay') {
    model.closingDay = undefined;
  } else {
    const account = model.accounts.get(ACCOUNTS[step.account]?.name ?? '');
    if (!account || account.state === 'closed') return;
    if (step.do === 'freeze') Object.assign(account, { frozenDown: step.down, frozenUp: step.up });
    const { held, coming } = model.pending(account.name);
    if (step.do === 'close' && account.balance === 0n && held === 0n && coming === 0n) account.state = 'closed';
    if (step.do === 'cutOver' && account.state === 'migrating') {
      Object.assign(account, { state: 'open', floor: step.floor, ceiling: null });
    } else if (step.do === 'limits' && account.state === 'open') {
      Object.assign(account, {
        floor: step.floor,
        ceiling: step.room === null ? null : (step.floor ?? 0n) + step.room,
      });
    }
    const { name, state, floor, ceiling, frozenDown: decreaseFrozen, frozenUp: increaseFrozen } = account;
    ledger.change(name, { state, floor, ceiling, decreaseFrozen, increaseFrozen });
  }
  const closing = model.closingDay === undefined ? [] : [dayText(model.closingDay)];
  ledger.days = { open: dayText(model.openDay), closing };
}

function agree(told: string, reasons: ReadonlySet<string>, { both, step }: { both: Both; step: Step }): void {
  both.note(`${step.do} ${told}`);
  if (reasons.size === 0 ? told === 'posted' : reasons.has(told)) return;
  expect.fail(`the core says ${told}, the model ${[...reasons].join(' or ') || 'posted'}: ${shown(step)}`);
}

function shown(step: Step): string {
  return JSON.stringify(step, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

function modelJournal({ kind, moves, endOfDay, daysAgo }: RandomJournal, id: string, today: number): ModelJournal {
  return {
    id,
    kind,
    endOfDay: endOfDay && kind !== 'migration',
    day: today - daysAgo,
    moves: moves.map(modelMove),
  };
}

function draftOf({ id, kind, moves, endOfDay, day }: ModelJournal): JournalDraft {
  return {
    id,
    kind,
    endOfDay,
    valueDate: undefined,
    bookingDate: kind === 'migration' ? dayText(day) : undefined,
    legs: moves.flatMap(({ debit, credit, currency, amount, bounds }) => {
      const plain = { currency, reversedLeg: null };
      if (!bounds) {
        return [
          { ...plain, accountId: debit, amount },
          { ...plain, accountId: credit, amount: -amount },
        ];
      }
      return [
        { ...plain, accountId: debit, amount: 1n, balancing: { atMost: amount, target: bounds.debited } },
        { ...plain, accountId: credit, amount: -1n, balancing: { atMost: amount, target: bounds.credited } },
      ];
    }),
  };
}

function dayText(day: number): string {
  const known = DAYS.get(day);
  if (known !== undefined) return known;
  const text = FIRST_DAY.add({ days: day }).toString();
  DAYS.set(day, text);
  return text;
}
