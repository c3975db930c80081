// What the people of the sample do with their money, day by day.
import type { Deed, Random } from './make-sample.ts';

/** What happens on a day, given what is on the accounts. */
type Habit = (day: Temporal.PlainDate, balanceOf: (account: string) => bigint) => Deed[];
export type Habits = readonly Habit[];

const NOVAKOVI = '900001';
const SVOBODA = '900002';
const DVORAKOVA = '900003';
const HORAK = '900004';
const KUCEROVA = '900005';
const BAKERY = '900006';

const SALARY = 'collection from another bank';
const REMITTANCE = 'remittance to another bank';
const CASH_IN = 'credit in cash';
const CASH_OUT = 'withdrawal in cash';
const CARD = 'credit card withdrawal';

/** A year of interest in hundredths of a percent. */
const INTEREST = 100n;
const SANCTION = 1_800n;

const crowns = (whole: number): bigint => BigInt(whole) * 100n;

/** The habits of all, in the order in which the bank books them. */
export function habitsOf(random: Random): Habits {
  return [
    ...opening(),
    ...regularIncome(),
    ...standingOrders(),
    ...bakery(random),
    ...shopping(random),
    interest,
    fees,
  ];
}

/** What they brought along. */
function opening(): Habit[] {
  const brought: [string, number][] = [
    [NOVAKOVI, 45_000],
    [SVOBODA, 18_500],
    [DVORAKOVA, 62_000],
    [HORAK, 1_200],
    [KUCEROVA, 27_300],
    [BAKERY, 180_000],
  ];
  return brought.map(
    ([account, amount]) =>
      (day) =>
        String(day) === '2025-11-01' ? [{ account, amount: crowns(amount), operation: CASH_IN }] : [],
  );
}

function regularIncome(): Habit[] {
  return [
    monthly(10, { account: NOVAKOVI, amount: crowns(38_400), operation: SALARY, bank: 'CD', counterparty: '27450019' }),
    monthly(12, { account: NOVAKOVI, amount: crowns(34_150), operation: SALARY, bank: 'KM', counterparty: '88120457' }),
    monthly(9, { account: SVOBODA, amount: crowns(41_900), operation: SALARY, bank: 'AB', counterparty: '51903344' }),
    monthly(15, {
      account: DVORAKOVA,
      amount: crowns(19_870),
      operation: SALARY,
      symbol: 'old-age pension',
      bank: 'ST',
      counterparty: '10006',
    }),
    monthly(5, { account: HORAK, amount: crowns(9_500), operation: SALARY, bank: 'UV', counterparty: '66120038' }),
    monthly(11, { account: KUCEROVA, amount: crowns(33_600), operation: SALARY, bank: 'QR', counterparty: '70415522' }),
  ];
}

function standingOrders(): Habit[] {
  const pays = (account: string, day: number, amount: number, symbol: string, bank: string, counterparty: string) =>
    monthly(day, { account, amount: -crowns(amount), operation: REMITTANCE, symbol, bank, counterparty });
  return [
    pays(NOVAKOVI, 3, 24_500, 'household', 'YZ', '13017009'),
    pays(NOVAKOVI, 14, 1_480, 'insurance payment', 'IJ', '48962350'),
    pays(NOVAKOVI, 20, 2_690, 'household', 'EF', '30194471'),
    pays(SVOBODA, 4, 17_800, 'household', 'WX', '93300127'),
    pays(SVOBODA, 16, 3_250, 'loan payment', 'GH', '81124409'),
    pays(DVORAKOVA, 17, 8_900, 'household', 'OP', '22418830'),
    pays(DVORAKOVA, 18, 640, 'insurance payment', 'IJ', '48962351'),
    pays(HORAK, 6, 7_400, 'household', 'ST', '59017736'),
    pays(KUCEROVA, 8, 15_200, 'household', 'MN', '34410982'),
    pays(BAKERY, 2, 32_000, '', 'YZ', '13017744'),
    pays(BAKERY, 10, 31_500, '', 'CD', '61830025'),
    pays(BAKERY, 10, 29_800, '', 'KM', '40177130'),
    pays(BAKERY, 21, 14_250, '', 'ST', '7720017'),
  ];
}

/** The takings of a bakery come as cash, every day but Sunday; twice a week it buys flour. */
function bakery(random: Random): Habit[] {
  return [
    (day) => {
      if (day.dayOfWeek === 7) return [];
      const amount = BigInt(random(5_200, day.dayOfWeek === 6 ? 11_500 : 8_900)) * 100n;
      return [{ account: BAKERY, amount, operation: CASH_IN }];
    },
    (day) => {
      if (day.dayOfWeek !== 2 && day.dayOfWeek !== 5) return [];
      const amount = -BigInt(random(480_000, 940_000));
      return [{ account: BAKERY, amount, operation: REMITTANCE, bank: 'EF', counterparty: '77102938' }];
    },
  ];
}

/** Groceries and whatever else a day brings, by card and in cash. */
function shopping(random: Random): Habit[] {
  const spends = (
    account: string,
    oneIn: number,
    low: number,
    high: number,
    operation: string,
    deepest: number,
  ): Habit => {
    return (_day, balanceOf) => {
      if (random(1, oneIn) > 1) return [];
      const amount = -BigInt(random(low * 100, high * 100));
      return balanceOf(account) + amount < crowns(deepest) ? [] : [{ account, amount, operation }];
    };
  };
  return [
    spends(NOVAKOVI, 2, 180, 2_900, CARD, 0),
    spends(NOVAKOVI, 9, 1_000, 4_000, CASH_OUT, 0),
    spends(SVOBODA, 3, 150, 2_400, CARD, 0),
    spends(SVOBODA, 12, 500, 3_000, CASH_OUT, 0),
    spends(DVORAKOVA, 6, 1_500, 3_500, CASH_OUT, 0),
    // A student who now and then goes below zero, and pays for it.
    spends(HORAK, 4, 60, 900, CARD, -1_500),
    spends(KUCEROVA, 3, 120, 2_100, CARD, 0),
    spends(BAKERY, 45, 15_000, 60_000, CASH_OUT, 50_000),
  ];
}

/** Interest on what is there at the end of a month, and on what is not. */
const interest: Habit = (day, balanceOf) => {
  if (day.day !== day.daysInMonth) return [];
  return [NOVAKOVI, SVOBODA, DVORAKOVA, HORAK, KUCEROVA, BAKERY].flatMap((account): Deed[] => {
    const balance = balanceOf(account);
    const rate = balance < 0n ? SANCTION : INTEREST;
    const amount = (balance * rate) / 120_000n;
    if (amount === 0n) return [];
    const symbol = amount > 0n ? 'interest credited' : 'sanction interest if negative balance';
    return [{ account, amount, operation: amount > 0n ? '' : CASH_OUT, symbol }];
  });
};

/** What a statement costs. */
const fees: Habit = (day) => {
  if (day.day !== day.daysInMonth) return [];
  return [NOVAKOVI, SVOBODA, HORAK, KUCEROVA].map((account) => ({
    account,
    amount: -1_460n,
    operation: CASH_OUT,
    symbol: 'payment for statement',
  }));
};

function monthly(on: number, deed: Deed): Habit {
  return (day) => (day.day === on ? [deed] : []);
}
