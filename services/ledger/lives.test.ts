import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import { toDecimal } from '#chassis/money.ts';
import { holds } from '#chassis/testing/property.ts';
import { staff } from '#chassis/testing/service.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { type JournalInit, useLedger } from './testing.ts';
import { holdsOf, placing } from './testing-holds.ts';
import { Model } from './testing-model.ts';
import type { ModelCapture, ModelJournal, Move } from './testing-nouns.ts';
import {
  ACCOUNTS,
  type HoldStep,
  isAboutHolds,
  type LinkedStep,
  lives,
  type RandomJournal,
  type RandomMove,
  type Step,
  type TermsStep,
} from './testing-steps.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What one of several lives at the same time has made. */
interface Own {
  readonly journals: string[];
  readonly holds: string[];
}

describe('A ledger with its database', () => {
  const bank = useLedger();
  const onHold = holdsOf(bank);
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('agrees with a plain model on random lives, and keeps every law', async function agrees() {
    this.timeout(30 * 60_000);
    const property = fc.asyncProperty(lives(60), async (steps) => {
      await live(steps);
    });
    await holds(property, { runs: 15, proofRuns: 1_000, shrink: false });
    await checkLaws(bank.database.superuserUrl);
  });

  it('keeps every law when random lives are lived at the same time, on the same accounts', async function keeps() {
    this.timeout(30 * 60_000);
    const property = fc.asyncProperty(fc.array(lives(15), { minLength: 4, maxLength: 8 }), async (several) => {
      const names = await openAccounts();
      await Promise.all(
        several.map(async (steps) => {
          const own: Own = { journals: [], holds: [] };
          for (const step of steps) await liveBlindly(step, names, own);
        }),
      );
    });
    await holds(property, { runs: 4, proofRuns: 300, shrink: false });
    await checkLaws(bank.database.superuserUrl);
  });

  async function openAccounts(): Promise<Map<string, string>> {
    const names = new Map<string, string>([['nobody', newId('lac')]]);
    for (const { name, currency, debitNormal, customer, state, floor, ceiling } of ACCOUNTS) {
      const id = await bank.open({
        currencyCode: currency,
        normalSide: debitNormal ? Side.DEBIT : Side.CREDIT,
        accountId: customer ? newId('acc') : '',
        migrating: state === 'migrating',
        floor: floor === null ? null : toDecimal({ currency, minor: floor }),
        ...(ceiling !== null && { ceiling: money(currency, ceiling) }),
      });
      names.set(name, id);
    }
    return names;
  }

  /** Lives one life step by step, comparing every answer with the model's, and the balances at the end. */
  async function live(steps: readonly Step[]): Promise<void> {
    const names = await openAccounts();
    const days = await backOffice().getBusinessDate({});
    const first = Temporal.PlainDate.from(days.openDate);
    const start = days.clockTime ? timestampMs(days.clockTime) : 0;
    const model = new Model(ACCOUNTS, 0);
    model.closingDay = days.closingDates.length > 0 ? -1 : undefined;
    const dayText = (day: number): string => first.add({ days: day }).toString();
    for (const step of steps) {
      if (step.do === 'post') {
        const journals = step.group.map((one) => modelJournal(one, model.openDay));
        const expected = model.post(journals);
        const answers = await bank.post(journals.map((one) => wire(one, names, dayText, journals.length > 1)));
        answers.forEach((answer, index) => {
          agree(answer, expected[index] ?? new Set(), step);
        });
      } else if (step.do === 'reverse') {
        const ids = [...model.posted.keys()];
        const original = ids[step.which % Math.max(ids.length, 1)] ?? newId('jnl');
        const requestId = newId('jnl');
        const legs = model.posted.get(original)?.legs ?? [];
        const part = step.part && 2 * step.part.move < legs.length ? step.part : undefined;
        const expected = model.reverse(requestId, original, part);
        agree(
          await reasonOf(reverse(requestId, original, part, legs[2 * (part?.move ?? 0)]?.currency)),
          expected,
          step,
        );
      } else if (step.do === 'linked') {
        await agreeOnLinked(step, model, { names, dayText });
      } else if (isAboutHolds(step)) {
        await agreeOnHold(step, model, { names, start });
      } else {
        await changeBoth(step, model, names, dayText);
      }
    }
    for (const [name, { balance, currency, floor }] of model.accounts) {
      const told = (minor: bigint) => toDecimal({ currency, minor });
      const { held, coming } = model.pending(name);
      const available = floor === null ? undefined : told(balance - held - floor);
      expect(await onHold.balances(names.get(name) ?? ''), name).to.equal(
        `booked ${told(balance)} held ${told(held)} in ${told(coming)} available ${available}`,
      );
    }
  }

  /** Does one step and does not mind what is answered, as long as it is an answer. */
  async function liveBlindly(step: Step, names: ReadonlyMap<string, string>, own: Own): Promise<void> {
    const { openDate, closingDates } = await backOffice().getBusinessDate({});
    const today = Temporal.PlainDate.from(openDate);
    const dayText = (day: number): string => today.add({ days: day }).toString();
    if (step.do === 'post') {
      const journals = step.group.map((one) => modelJournal(one, 0));
      own.journals.push(...journals.map(({ id }) => id));
      await bank.post(journals.map((one) => wire(one, names, dayText, journals.length > 1)));
    } else if (step.do === 'reverse') {
      await reasonOf(reverse(newId('jnl'), pick(own.journals, step.which) ?? newId('jnl'), undefined));
    } else if (step.do === 'linked') {
      const captures = step.captures.map((one) => captureInit(one, pick(own.holds, one.which) ?? newId('hld'), 'EUR'));
      const journal = modelJournal(step.journal, 0);
      own.journals.push(journal.id);
      await bank.post([...captures, wire(journal, names, dayText, true)]);
    } else if (isAboutHolds(step)) {
      await holdBlindly(step, names, own);
    } else if (step.do === 'advance') {
      await reasonOf(backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate }));
    } else if (step.do === 'closeDay') {
      const closingDate = closingDates[0];
      if (closingDate) await reasonOf(backOffice().closeBusinessDate({ requestId: newId('evt'), closingDate }));
    } else {
      await reasonOf(change(step, names));
    }
  }

  async function changeBoth(
    step: TermsStep,
    model: Model,
    names: ReadonlyMap<string, string>,
    dayText: (day: number) => string,
  ): Promise<void> {
    const requestId = newId('evt');
    if (step.do === 'advance') {
      const answer = reasonOf(backOffice().advanceBusinessDate({ requestId, openDate: dayText(model.openDay) }));
      agree(await answer, new Set(model.closingDay === undefined ? [] : ['BUSINESS_DATE_STILL_CLOSING']), step);
      if (model.closingDay !== undefined) return;
      model.closingDay = model.openDay;
      model.openDay += 1;
      return;
    }
    if (step.do === 'closeDay') {
      if (model.closingDay === undefined) return;
      await backOffice().closeBusinessDate({ requestId, closingDate: dayText(model.closingDay) });
      model.closingDay = undefined;
      return;
    }
    const account = model.accounts.get(ACCOUNTS[step.account]?.name ?? '');
    if (!account) return;
    const reasons = whyNot(step, account, model.pending(account.name));
    agree(await reasonOf(change(step, names)), reasons, step);
    if (reasons.size > 0) return;
    if (step.do === 'freeze') Object.assign(account, { frozenDown: step.down, frozenUp: step.up });
    if (step.do === 'close') account.state = 'closed';
    if (step.do === 'cutOver') Object.assign(account, { state: 'open', floor: step.floor, ceiling: null });
    if (step.do === 'limits') {
      Object.assign(account, {
        floor: step.floor,
        ceiling: step.room === null ? null : (step.floor ?? 0n) + step.room,
      });
    }
  }

  async function agreeOnLinked(
    step: LinkedStep,
    model: Model,
    { names, dayText }: { names: ReadonlyMap<string, string>; dayText: (day: number) => string },
  ): Promise<void> {
    const captures = step.captures.map(({ which, ...wanted }) => {
      return { id: newId('jnl'), holdId: pick([...model.holds.keys()], which) ?? newId('hld'), wanted };
    });
    const journal = modelJournal(step.journal, model.openDay);
    const asked = captures.map(({ id, holdId, wanted }) => {
      const { currency = 'EUR', forced = false } = model.holds.get(holdId) ?? {};
      return { ...captureInit({ ...wanted, forced: forced || wanted.forced }, holdId, currency), journalId: id };
    });
    const expected = model.linked(captures, journal);
    const answers = await bank.post([...asked, wire(journal, names, dayText, true)]);
    for (const [index, answer] of answers.entries()) agree(answer, expected[index] ?? new Set(), step);
  }

  /** Does something to a hold, in the ledger and in the model. */
  async function agreeOnHold(
    step: HoldStep,
    model: Model,
    { names, start }: { names: ReadonlyMap<string, string>; start: number },
  ): Promise<void> {
    const timeOf = (hour: number) => start + hour * HOUR_MS;
    if (step.do === 'pass') {
      const expired = model.pass(step.hours);
      // A minute later, as the ledger's clock has gone on since the beginning, but never by that much.
      await setClock(timeOf(model.hour) + MINUTE_MS);
      for (const holdId of expired) agree(await reasonOf(onHold.release(holdId)), new Set(['HOLD_EXPIRED']), step);
      return;
    }
    if (step.do === 'place') {
      const [holdId, until] = [newId('hld'), model.hour + step.hours];
      const { debit, credit, currency, amount } = modelMove(step.move);
      const limit = amount + step.over;
      const told = await placeOne(holdId, step, names, timeOf(until));
      agree(told, model.place(holdId, { debit, credit, currency, amount, limit, forced: step.forced, until }), step);
      return;
    }
    const holdId = pick([...model.holds.keys()], step.which);
    const hold = model.holds.get(holdId ?? '');
    if (!holdId || !hold) return;
    if (step.do === 'capture') {
      const requestId = newId('jnl');
      const capture = captureOne(requestId, holdId, step, hold.currency);
      agree(await reasonOf(capture), model.capture(requestId, holdId, step), step);
    } else if (step.do === 'release') {
      agree(await reasonOf(onHold.release(holdId)), model.release(holdId), step);
    } else {
      const until = model.hour + step.hours;
      agree(await reasonOf(onHold.extend(holdId, timeOf(until))), model.extend(holdId, until), step);
    }
  }

  async function holdBlindly(step: HoldStep, names: ReadonlyMap<string, string>, own: Own): Promise<void> {
    const clock = await backOffice().getBusinessDate({});
    const later = (hours: number) => (clock.clockTime ? timestampMs(clock.clockTime) : 0) + hours * HOUR_MS;
    const holdId = pick(own.holds, 'which' in step ? step.which : 0) ?? newId('hld');
    if (step.do === 'pass') await setClock(later(step.hours));
    else if (step.do === 'place') {
      own.holds.push(newId('hld'));
      await placeOne(own.holds.at(-1) ?? '', step, names, later(step.hours));
    } else if (step.do === 'capture') await reasonOf(captureOne(newId('jnl'), holdId, step, 'EUR'));
    else if (step.do === 'release') await reasonOf(onHold.release(holdId));
    else await reasonOf(onHold.extend(holdId, later(step.hours)));
  }

  async function placeOne(
    holdId: string,
    { move, forced, over }: Extract<HoldStep, { do: 'place' }>,
    names: ReadonlyMap<string, string>,
    until: number,
  ): Promise<string> {
    const { debit, credit, currency, amount } = modelMove(move);
    const [outcome] = await onHold.outcomes([
      {
        holdId,
        kind: forced ? JournalKind.FEE : JournalKind.TRANSFER,
        debitLedgerAccountId: names.get(debit) ?? '',
        creditLedgerAccountId: names.get(credit) ?? '',
        amount: money(currency, amount),
        captureLimit: money(currency, amount + over),
        expireTime: timestampFromMs(until),
      },
    ]);
    const told = outcome ? placing(outcome) : '';
    return told === 'placed' ? 'posted' : told;
  }

  function captureOne(
    requestId: string,
    holdId: string,
    { amount, final, forced }: Extract<HoldStep, { do: 'capture' }>,
    currency: string,
  ): Promise<unknown> {
    const part = amount !== null && { amount: money(currency, amount) };
    const kind = forced ? { kind: JournalKind.FEE } : {};
    return bank.as('transaction').captureHold({ requestId, holdId, final, ...part, ...kind });
  }

  async function setClock(ms: number): Promise<void> {
    await backOffice().setClock({ requestId: newId('evt'), clockTime: timestampFromMs(ms) });
  }

  function change(
    step: Extract<TermsStep, { readonly account: number }>,
    names: ReadonlyMap<string, string>,
  ): Promise<unknown> {
    const { name = '', currency = '' } = ACCOUNTS[step.account] ?? {};
    const common = { requestId: newId('evt'), ledgerAccountId: names.get(name) ?? '' };
    const accounts = bank.as('account');
    if (step.do === 'freeze') {
      return accounts.setLedgerAccountFreeze({ ...common, decreaseFrozen: step.down, increaseFrozen: step.up });
    }
    if (step.do === 'close') return accounts.closeLedgerAccount(common);
    const floor = step.floor !== null && { floor: money(currency, step.floor) };
    if (step.do === 'cutOver') return accounts.cutOverLedgerAccount({ ...common, ...floor });
    const ceiling = step.room !== null && { ceiling: money(currency, (step.floor ?? 0n) + step.room) };
    return accounts.setLedgerAccountLimits({ ...common, ...floor, ...ceiling });
  }

  function reverse(
    requestId: string,
    journalId: string,
    part: { readonly move: number; readonly amount: bigint } | undefined,
    currency = 'EUR',
  ): Promise<unknown> {
    const places = part ? [2 * part.move, 2 * part.move + 1] : [];
    const legs = places.map((legNumber) => ({ legNumber, amount: money(currency, part?.amount ?? 0n) }));
    return bank.as('transaction').reverseJournal({ requestId, journalId, legs });
  }
});

function modelJournal({ kind, moves, endOfDay, daysAgo }: RandomJournal, today: number): ModelJournal {
  return {
    id: newId('jnl'),
    kind,
    endOfDay: endOfDay && kind !== 'migration',
    day: today - daysAgo,
    moves: moves.map(modelMove),
  };
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

function pick(ids: readonly string[], which: number): string | undefined {
  return ids[which % Math.max(ids.length, 1)];
}

function captureInit({ amount, final, forced }: ModelCapture['wanted'], holdId: string, currency: string): JournalInit {
  const part = amount === null ? {} : { amount: money(currency, amount) };
  const kind = forced ? JournalKind.FEE : JournalKind.TRANSFER;
  return { journalId: newId('jnl'), kind, linkGroup: 'group', captures: { holdId, final, ...part } };
}

function wire(
  { id, kind, moves, endOfDay, day }: ModelJournal,
  names: ReadonlyMap<string, string>,
  dayText: (day: number) => string,
  linked: boolean,
): JournalInit {
  const kinds = { deposit: 'DEPOSIT', transfer: 'TRANSFER', fee: 'FEE', migration: 'MIGRATION' } as const;
  return {
    journalId: id,
    kind: JournalKind[kinds[kind]],
    endOfDay,
    linkGroup: linked ? 'group' : '',
    bookingDate: kind === 'migration' ? dayText(day) : '',
    legs: moves.flatMap(({ debit, credit, currency, amount, bounds }) => {
      const most = money(currency, amount);
      const size = (target: bigint | null | undefined) => {
        if (target === undefined) return { amount: most };
        return { balancing: { atMost: most, ...(target !== null && { target: money(currency, target) }) } };
      };
      return [
        { ledgerAccountId: names.get(debit) ?? '', side: Side.DEBIT, ...size(bounds?.debited) },
        { ledgerAccountId: names.get(credit) ?? '', side: Side.CREDIT, ...size(bounds?.credited) },
      ];
    }),
  };
}

/** Why a change of an account's terms must be refused. */
function whyNot(
  step: Step,
  { state, balance }: { state: string; balance: bigint },
  { held, coming }: { held: bigint; coming: bigint },
): ReadonlySet<string> {
  if (step.do === 'cutOver' && state === 'open') return new Set(['LEDGER_ACCOUNT_NOT_MIGRATING']);
  if (state === 'closed') return new Set(['LEDGER_ACCOUNT_CLOSED']);
  if (step.do === 'limits' && state === 'migrating') return new Set(['LEDGER_ACCOUNT_MIGRATING']);
  if (step.do === 'close' && balance !== 0n) return new Set(['BALANCE_NOT_ZERO']);
  if (step.do === 'close' && (held > 0n || coming > 0n)) return new Set(['HOLD_OPEN']);
  return new Set();
}

function money(currencyCode: string, minor: bigint) {
  return { currencyCode, amount: toDecimal({ currency: currencyCode, minor }) };
}

async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'posted';
  } catch (error) {
    if (error instanceof Refusal && error.reason !== 'INTERNAL') return error.reason;
    throw error;
  }
}

function agree(answer: string, reasons: ReadonlySet<string>, about: unknown): void {
  if (reasons.size === 0 ? answer === 'posted' : reasons.has(answer)) return;
  const shown = JSON.stringify(about, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  expect.fail(`the ledger says ${answer}, the model ${[...reasons].join(' or ') || 'posted'}: ${shown}`);
}
