// Work for a ledger that is struck while it does it: journals, links, reversals and holds that somebody wants, whatever
// happens, each asked under one id until it is answered.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { isPassingCode, isPassingRefusal, Refusal } from '#chassis/errors.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { newId } from '#chassis/id.ts';
import { fromMoney, toDecimal } from '#chassis/money.ts';
import type { HoldOutcome, JournalOutcome, LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { journal, told } from './testing.ts';
import { eur, hold, inShort, placing } from './testing-holds.ts';

export type Ledger = Client<typeof LedgerService>;

/** Money that an answer says has moved, in cents of EUR. */
interface Moved {
  readonly debit: string;
  readonly credit: string;
  readonly cents: bigint;
}

/** Something that is wanted. */
interface Wish {
  readonly ask: (ledger: Ledger) => Promise<string>;
  /** What has moved when the answer is this one. */
  readonly moved: (answer: string) => readonly Moved[];
  answer?: string;
}

const PATIENCE_MS = 60_000;
const PAUSE_MS = 20;

/** Wishes that are made and asked all the time. */
export interface Wishes {
  /** Waits until so many more are answered; answers after how many milliseconds. */
  progress(more: number): Promise<number>;
  /** Makes no more, and waits until all are answered. */
  stop(): Promise<void>;
  /** Asks everything again, of another ledger: the answers must be the same, and the balances what they say. */
  judge(): Promise<void>;
  readonly count: () => number;
}

/** Starts callers, each of which asks any of the ledgers. `accounts` must hold `funds` cents each, and no holds. */
export function makeWishes(ledgers: () => readonly Ledger[], accounts: readonly string[], funds: bigint): Wishes {
  const wishes: Wish[] = [];
  let answered = 0;
  let running = true;

  async function answerOf(wish: Wish): Promise<string> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await wish.ask(any(ledgers()));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (!isPassingRefusal(error)) return error.reason;
        if (Date.now() > end) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  async function want(ask: Wish['ask'], moved: Wish['moved']): Promise<string> {
    const wish: Wish = { ask, moved };
    wishes.push(wish);
    wish.answer = await answerOf(wish);
    answered += 1;
    return wish.answer;
  }

  const errands = errandsOf(want, accounts);

  async function caller(): Promise<void> {
    while (running) await any(errands)();
  }

  const work = Array.from({ length: accounts.length }, caller);
  const failed = Promise.all(work).then(() => new Promise<never>(() => undefined));
  return {
    count: () => wishes.length,
    async progress(more) {
      const started = performance.now();
      const goal = answered + more;
      while (answered < goal) await Promise.race([sleep(2), failed]);
      return performance.now() - started;
    },
    async stop() {
      running = false;
      await Promise.all(work);
    },
    async judge() {
      const expected = new Map(accounts.map((account) => [account, funds]));
      const queue = wishes.values();
      const again = async () => {
        for (const wish of queue) {
          expect(await answerOf(wish)).to.equal(wish.answer);
          for (const { debit, credit, cents } of wish.moved(wish.answer ?? '')) {
            expected.set(debit, (expected.get(debit) ?? 0n) - cents);
            expected.set(credit, (expected.get(credit) ?? 0n) + cents);
          }
        }
      };
      await Promise.all(Array.from({ length: accounts.length }, again));
      const { balances } = await any(ledgers()).getBalances({ ledgerAccountIds: [...accounts] });
      const stand = balances.map(({ booked, held }) => [booked, held].map((one) => (one ? fromMoney(one).minor : -1n)));
      expect(stand).to.deep.equal([...expected.values()].map((booked) => [booked, 0n]));
    },
  };
}

type Want = (ask: Wish['ask'], moved: Wish['moved']) => Promise<string>;

/** What callers do, by turns. */
function errandsOf(want: Want, accounts: readonly string[]): (() => Promise<void>)[] {
  const pair = () => {
    const debit = any(accounts);
    const credit = any(accounts.filter((one) => one !== debit));
    return { debit, credit, cents: BigInt(randomInt(1, 30_00)) };
  };

  async function payAndUndo(): Promise<void> {
    const one = pair();
    const paid = journal(one.debit, one.credit, text(one.cents));
    const answer = await want(post([paid]), (said) => (said === 'posted' ? [one] : []));
    if (answer !== 'posted' || randomInt(4) > 0) return;
    const undo = { requestId: newId('jnl'), journalId: paid.journalId ?? '' };
    await want(
      async (ledger) => `undone ${(await ledger.reverseJournal(undo)).journal?.bookingDate}`,
      (said) => (said.startsWith('undone') ? [{ debit: one.credit, credit: one.debit, cents: one.cents }] : []),
    );
  }

  async function payTogether(): Promise<void> {
    const both = [pair(), pair()];
    const journals = both.map(({ debit, credit, cents }) => {
      return { ...journal(debit, credit, text(cents)), linkGroup: 'together' };
    });
    await want(post(journals), (said) => (said === 'posted,posted' ? both : []));
  }

  async function holdAndCapture(): Promise<void> {
    const { debit, credit, cents } = pair();
    const one = hold(debit, credit, text(cents));
    const holdId = one.holdId ?? '';
    const placed = await want(
      async (ledger) =>
        decided((await ledger.placeHolds({ holds: [one] })).outcomes)
          .map(placing)
          .join(),
      () => [],
    );
    if (placed !== 'placed') return;
    const part = cents > 1n ? cents / 2n : cents;
    const capture = { requestId: newId('jnl'), holdId, amount: eur(text(part)) };
    await want(
      async (ledger) => `captured ${inShort((await ledger.captureHold(capture)).hold)}`,
      (said) => (said.startsWith('captured') ? [{ debit, credit, cents: part }] : []),
    );
    const release = { requestId: newId('evt'), holdId };
    await want(
      async (ledger) => `released ${inShort((await ledger.releaseHold(release)).hold)}`,
      () => [],
    );
  }

  return [payAndUndo, payAndUndo, payTogether, holdAndCapture];
}

function any<T>(all: readonly T[]): T {
  return all[randomInt(all.length)] as T;
}

function post(journals: Parameters<Ledger['postJournals']>[0]['journals']): Wish['ask'] {
  return async (ledger) =>
    decided((await ledger.postJournals({ journals: journals ?? [] })).outcomes)
      .map(told)
      .join();
}

/** The outcomes, if each is one for ever. Throws one that says "not now". */
function decided<T extends { readonly result: JournalOutcome['result'] | HoldOutcome['result'] }>(outcomes: T[]): T[] {
  for (const { result } of outcomes) {
    if (result.case === 'refusal' && isPassingCode(result.value.code)) throw readRefusal(result.value);
  }
  return outcomes;
}

function text(cents: bigint): string {
  return toDecimal({ currency: 'EUR', minor: cents });
}
