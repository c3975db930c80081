// Random lives of a ledger, for tests: what may be done to it, as fast-check makes it up.
import fc from 'fast-check';
import type { Bounds, ModelAccount } from './testing-nouns.ts';

/** Money from one account to another; by balancing legs, where it has bounds. */
export interface RandomMove {
  readonly debit: number;
  readonly credit: number;
  readonly amount: bigint;
  readonly bounds?: Bounds | undefined;
}

/** A journal of a random life: accounts by their place in `ACCOUNTS`, one place beyond which is no account. */
export interface RandomJournal {
  readonly kind: 'deposit' | 'transfer' | 'fee' | 'migration';
  readonly moves: readonly RandomMove[];
  readonly endOfDay: boolean;
  readonly daysAgo: number;
}

/** One thing that happens to a hold, or to all: that time passes. */
export type HoldStep =
  | {
      readonly do: 'place';
      readonly move: RandomMove;
      readonly forced: boolean;
      readonly over: bigint;
      readonly hours: number;
    }
  | {
      readonly do: 'capture';
      readonly which: number;
      readonly amount: bigint | null;
      readonly final: boolean;
      readonly forced: boolean;
    }
  | { readonly do: 'release'; readonly which: number }
  | { readonly do: 'extend'; readonly which: number; readonly hours: number }
  | { readonly do: 'pass'; readonly hours: number };

/** Captures of one or two holds, and a journal, that succeed or fail together. */
export interface LinkedStep {
  readonly do: 'linked';
  readonly captures: readonly Omit<Extract<HoldStep, { do: 'capture' }>, 'do'>[];
  readonly journal: RandomJournal;
}

/** One thing that happens to the terms of an account, or to the days. */
export type TermsStep =
  | { readonly do: 'freeze'; readonly account: number; readonly down: boolean; readonly up: boolean }
  | { readonly do: 'limits'; readonly account: number; readonly floor: bigint | null; readonly room: bigint | null }
  | { readonly do: 'close'; readonly account: number }
  | { readonly do: 'cutOver'; readonly account: number; readonly floor: bigint | null }
  | { readonly do: 'advance' }
  | { readonly do: 'closeDay' };

/** One thing that happens to the ledger. */
export type Step =
  | { readonly do: 'post'; readonly group: readonly RandomJournal[] }
  | { readonly do: 'reverse'; readonly which: number; readonly part: { move: number; amount: bigint } | undefined }
  | HoldStep
  | LinkedStep
  | TermsStep;

/** Whether a step is about holds. */
export function isAboutHolds(step: Step): step is HoldStep {
  return ['place', 'capture', 'release', 'extend', 'pass'].includes(step.do);
}

const PLAIN = {
  currency: 'EUR',
  debitNormal: false,
  customer: true,
  state: 'open',
  floor: 0n,
  ceiling: null,
  frozenDown: false,
  frozenUp: false,
  balance: 0n,
  entries: 0,
} as const;

/** The accounts of every random life. */
export const ACCOUNTS: readonly ModelAccount[] = [
  { ...PLAIN, name: 'cash', debitNormal: true, customer: false, floor: null },
  { ...PLAIN, name: 'fees', customer: false, floor: null },
  { ...PLAIN, name: 'alice' },
  { ...PLAIN, name: 'bob', floor: -500n, ceiling: 3_000n },
  { ...PLAIN, name: 'carol', state: 'migrating', floor: null },
  { ...PLAIN, name: 'dora', state: 'migrating', floor: null },
  { ...PLAIN, name: 'yen', currency: 'JPY', floor: -100n },
  { ...PLAIN, name: 'till', currency: 'JPY', debitNormal: true, customer: false, floor: null },
];

const place = fc.integer({ min: 0, max: ACCOUNTS.length - 1 });
// Now and then an account that does not exist.
const anyPlace = fc.oneof({ weight: 30, arbitrary: place }, { weight: 1, arbitrary: fc.constant(ACCOUNTS.length) });
const amount = fc.oneof(
  { weight: 20, arbitrary: fc.bigInt({ min: 1n, max: 1_000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 62n, max: 2n ** 63n - 1n }) },
);
const seldom = fc.integer({ min: 0, max: 3 }).map((die) => die === 0);
const limit = fc.option(fc.bigInt({ min: -1_000n, max: 200n }), { nil: null });

/** The most that the contract can say of an account's currency: without decimals, it has fewer digits than a bigint. */
const largestOf = (account: number): bigint =>
  ACCOUNTS[account]?.currency === 'JPY' ? 10n ** 18n - 1n : 2n ** 63n - 1n;

const between = (debits: readonly number[], credits: readonly number[]) =>
  fc.record({ debit: fc.constantFrom(...debits), credit: fc.constantFrom(...credits), amount });

/** Moves that can mostly be posted: between accounts of one currency that are in use, cash or till paying in. */
const usual = fc.oneof(
  { weight: 5, arbitrary: between([0], [2, 3]) },
  { weight: 3, arbitrary: between([2, 3], [0, 1, 2, 3]) },
  { weight: 2, arbitrary: between([7], [6]) },
  { weight: 1, arbitrary: between([6], [7]) },
);
/** Moves of history, while the migration lasts; then they are like any other. */
const historical = fc.oneof(
  { weight: 2, arbitrary: between([0], [4, 5]) },
  { weight: 1, arbitrary: between([4, 5], [0, 1, 4, 5]) },
);
const any = fc.record({ debit: anyPlace, credit: anyPlace, amount });

const withinTheWire = (moves: fc.Arbitrary<RandomMove>): fc.Arbitrary<RandomMove> =>
  moves.map(({ debit, credit, amount: wanted }) => {
    const largest = largestOf(debit);
    return { debit, credit, amount: wanted > largest ? largest : wanted };
  });

const move = withinTheWire(
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 2, arbitrary: historical }, { weight: 1, arbitrary: any }),
);

const bounds = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record({
      debited: limit,
      credited: fc.option(fc.bigInt({ min: -100n, max: 3_000n }), { nil: null }),
    }),
  },
);

/** Moves of a journal: some with balancing legs, one pair for a currency at most. */
const movesOf = (one: fc.Arbitrary<RandomMove>) =>
  fc.array(fc.tuple(one, bounds), { minLength: 1, maxLength: 3 }).map((several) => {
    const paired = new Set<string>();
    return several.map(([plain, within]): RandomMove => {
      const currency = ACCOUNTS[plain.debit]?.currency ?? 'EUR';
      if (!within || paired.has(currency)) return plain;
      paired.add(currency);
      return { ...plain, bounds: within };
    });
  });

const journalOf = (one: fc.Arbitrary<RandomMove>, kinds: readonly RandomJournal['kind'][]) =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    moves: movesOf(one),
    endOfDay: fc.integer({ min: 0, max: 19 }).map((die) => die === 0),
    daysAgo: fc.integer({ min: -1, max: 40 }),
  });

const journal: fc.Arbitrary<RandomJournal> = fc.oneof(
  { weight: 20, arbitrary: journalOf(withinTheWire(usual), ['deposit', 'transfer', 'transfer', 'fee']) },
  { weight: 4, arbitrary: journalOf(withinTheWire(historical), ['migration', 'migration', 'transfer']) },
  { weight: 2, arbitrary: journalOf(move, ['deposit', 'transfer', 'fee', 'migration']) },
);

const capture = fc.record({
  which: fc.nat(),
  amount: fc.option(fc.bigInt({ min: 1n, max: 600n }), { nil: null }),
  final: seldom,
  forced: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
});

const aboutHolds: fc.Arbitrary<HoldStep> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        do: fc.constant('place' as const),
        move,
        forced: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
        over: fc.constantFrom(0n, 0n, 300n),
        hours: fc.integer({ min: 0, max: 6 }),
      })
      .map((step) => (step.move.amount + step.over > largestOf(step.move.debit) ? { ...step, over: 0n } : step)),
  },
  {
    weight: 5,
    arbitrary: capture.map((one) => ({ do: 'capture' as const, ...one })),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('extend' as const),
      which: fc.nat(),
      hours: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 3 }) }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: aboutHolds },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('post' as const),
      group: fc.array(journal, { minLength: 1, maxLength: 1 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('post' as const),
      group: fc.array(journal, { minLength: 2, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('linked' as const),
      // Small numbers name the same hold now and then.
      captures: fc.array(
        fc.oneof(
          capture,
          fc.tuple(capture, fc.nat(2)).map(([one, which]) => ({ ...one, which })),
        ),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
      journal,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('reverse' as const),
      which: fc.nat(),
      part: fc.option(fc.record({ move: fc.constantFrom(0, 0, 0, 1), amount: fc.bigInt({ min: 1n, max: 600n }) }), {
        nil: undefined,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('freeze' as const), account: place, down: seldom, up: seldom }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('limits' as const),
      account: place,
      floor: limit,
      room: fc.option(fc.bigInt({ min: 0n, max: 5_000n }), { nil: null }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), account: place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cutOver' as const), account: place, floor: limit }) },
  { weight: 1, arbitrary: fc.constant({ do: 'advance' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'closeDay' as const }) },
);

/** Random lives of up to so many steps. */
export function lives(maxLength: number): fc.Arbitrary<Step[]> {
  return fc.array(step, { minLength: 1, maxLength, size: 'max' });
}
