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
import { Model, type ModelJournal } from './testing-model.ts';
import { ACCOUNTS, lives, type RandomJournal, type Step } from './testing-steps.ts';

describe('A ledger with its database', () => {
  const bank = useLedger();
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
          const own: string[] = [];
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
      } else {
        await changeBoth(step, model, names, dayText);
      }
    }
    for (const [name, { balance, currency }] of model.accounts) {
      const booked = await bank.booked(names.get(name) ?? '');
      expect(booked, name).to.equal(toDecimal({ currency, minor: balance }));
    }
  }

  /** Does one step and does not mind what is answered, as long as it is an answer. */
  async function liveBlindly(step: Step, names: ReadonlyMap<string, string>, own: string[]): Promise<void> {
    const { openDate, closingDates } = await backOffice().getBusinessDate({});
    const today = Temporal.PlainDate.from(openDate);
    const dayText = (day: number): string => today.add({ days: day }).toString();
    if (step.do === 'post') {
      const journals = step.group.map((one) => modelJournal(one, 0));
      own.push(...journals.map(({ id }) => id));
      await bank.post(journals.map((one) => wire(one, names, dayText, journals.length > 1)));
    } else if (step.do === 'reverse') {
      await reasonOf(reverse(newId('jnl'), own[step.which % Math.max(own.length, 1)] ?? newId('jnl'), undefined));
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
    step: Exclude<Step, { do: 'post' | 'reverse' }>,
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
    agree(await reasonOf(change(step, names)), whyNot(step, account), step);
    if (whyNot(step, account).size > 0) return;
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

  function change(
    step: Extract<Step, { do: 'freeze' | 'limits' | 'close' | 'cutOver' }>,
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
    moves: moves.map(({ debit, credit, amount }) => ({
      debit: ACCOUNTS[debit]?.name ?? 'nobody',
      credit: ACCOUNTS[credit]?.name ?? 'nobody',
      currency: ACCOUNTS[debit]?.currency ?? 'EUR',
      amount,
    })),
  };
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
    legs: moves.flatMap(({ debit, credit, currency, amount }) => [
      { ledgerAccountId: names.get(debit) ?? '', side: Side.DEBIT, amount: money(currency, amount) },
      { ledgerAccountId: names.get(credit) ?? '', side: Side.CREDIT, amount: money(currency, amount) },
    ]),
  };
}

/** Why a change of an account's terms must be refused. */
function whyNot(step: Step, { state, balance }: { state: string; balance: bigint }): ReadonlySet<string> {
  if (step.do === 'cutOver' && state === 'open') return new Set(['LEDGER_ACCOUNT_NOT_MIGRATING']);
  if (state === 'closed') return new Set(['LEDGER_ACCOUNT_CLOSED']);
  if (step.do === 'limits' && state === 'migrating') return new Set(['LEDGER_ACCOUNT_MIGRATING']);
  if (step.do === 'close' && balance !== 0n) return new Set(['BALANCE_NOT_ZERO']);
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
