// A labelled stream for tests: what goes on in a bank on ordinary days, made from a seed, with cases planted in it, one after
// the other of each kind that rules look for.
import type { Activity, ActivityWord } from './domain/activity.ts';

/** Something that a rule has to find. */
export interface Planted {
  readonly ruleId: string;
  readonly subjectId: string;
  readonly eventIds: readonly string[];
}

export interface LabelledStream {
  readonly activities: readonly Activity[];
  readonly planted: readonly Planted[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday, midnight in UTC. */
const START = Date.UTC(2026, 0, 5);
const DAYS = 240;
const STAFF = 120;
const ACCOUNTS = 1_500;
const EACH = 10;

/** Numbers from a seed (mulberry32). */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Makes a stream of so many activities, in the order of time. */
export function labelledStream(seed: number, size: number): LabelledStream {
  const below = numbersFrom(seed);
  const activities: Activity[] = [];
  const planted: Planted[] = [];

  function add(
    subjectId: string,
    kind: ActivityWord,
    timeMs: number,
    more: { crowns?: number; about?: string } = {},
  ): string {
    const eventId = `evt_${activities.length}`;
    const amount = more.crowns === undefined ? {} : { amount: { currency: 'CZK', minor: BigInt(more.crowns) * 100n } };
    const resourceIds = more.about === undefined ? [] : [more.about];
    activities.push({ subjectId, kind, timeMs, eventId, recordId: '', resourceIds, ...amount });
    return eventId;
  }

  for (const plant of PLANTERS) {
    for (let nth = 0; nth < EACH; nth += 1) planted.push(plant({ add, below, nth }));
  }
  lookalikes(add, below);
  while (activities.length < size) ordinary(add, below);
  return { activities: activities.sort((one, other) => one.timeMs - other.timeMs), planted };
}

type Add = (
  subjectId: string,
  kind: ActivityWord,
  timeMs: number,
  more?: { crowns?: number; about?: string },
) => string;
type Below = (below: number) => number;

const day = (below: Below) => START + below(DAYS) * DAY;
const workHours = (below: Below) => 8 * HOUR + below(9 * HOUR);

/** Something ordinary: a member of staff at work, a mistyped id, a payment, a salary and what is paid from it, cash. */
function ordinary(add: Add, below: Below): void {
  const staff = `stf_${below(STAFF)}`;
  const account = `acc_${below(ACCOUNTS)}`;
  const when = day(below) + workHours(below);
  const turn = below(100);
  if (turn < 30) add(staff, 'STAFF_ACCESS', when, { about: `cus_${below(5_000)}` });
  else if (turn < 31) add(staff, 'STAFF_ACCESS', day(below) + below(DAY), { about: account });
  else if (turn < 33) add(`cus_${below(5_000)}`, 'DENIED', day(below) + below(DAY));
  else if (turn < 36) add(account, 'CASH_IN', when, { crowns: 500 + below(150_000) });
  else if (turn < 37) add(account, 'CASH_IN', when, { crowns: 200_000 + below(80_000) });
  else if (turn < 39) {
    add(account, 'PAID_IN', when, { crowns: 25_000 + below(120_000) });
    for (let count = below(4); count >= 0; count -= 1) {
      add(account, 'PAID_OUT', when + below(2 * DAY), { crowns: 500 + below(20_000) });
    }
  } else if (turn < 65) add(account, 'PAID_IN', when, { crowns: 10 + below(30_000) });
  else add(account, 'PAID_OUT', when, { crowns: 10 + below(15_000) });
}

/** What rules cannot tell from what they are for: shops that bring their cash, and companies that pay their wages. */
function lookalikes(add: Add, below: Below): void {
  for (let nth = 0; nth < 2; nth += 1) {
    for (let date = 0; date < DAYS; date += 2) {
      add(`acc_shop_${nth}`, 'CASH_IN', START + date * DAY + workHours(below), { crowns: 150_000 + below(120_000) });
    }
    for (let date = 10; date < DAYS; date += 30) {
      const start = START + date * DAY + workHours(below);
      add(`acc_company_${nth}`, 'PAID_IN', start, { crowns: 300_000 });
      for (let wage = 0; wage < 10; wage += 1) {
        add(`acc_company_${nth}`, 'PAID_OUT', start + below(20 * HOUR), { crowns: 25_000 + below(5_000) });
      }
    }
  }
}

interface Planting {
  readonly add: Add;
  readonly below: Below;
  readonly nth: number;
}

/** What the rules that the bank comes with are for, some of it just as much as they need. */
const PLANTERS: readonly ((planting: Planting) => Planted)[] = [
  ({ add, below, nth }) => {
    const subjectId = nth % 2 ? `cus_denied_${nth}` : `stf_${nth}`;
    const start = day(below) + below(DAY);
    const eventIds = times(10 + below(20), () => add(subjectId, 'DENIED', start + below(15 * MINUTE)));
    return { ruleId: 'denied-access', subjectId, eventIds };
  },
  ({ add, below, nth }) => {
    const subjectId = `stf_${20 + nth}`;
    const start = day(below) + HOUR;
    const eventIds = times(5 + below(5), () =>
      add(subjectId, 'STAFF_ACCESS', start + below(HOUR), { about: `acc_${below(ACCOUNTS)}` }),
    );
    return { ruleId: 'off-hours', subjectId, eventIds };
  },
  ({ add, below, nth }) => {
    const subjectId = `stf_${40 + nth}`;
    const start = day(below) + 9 * HOUR;
    const eventIds = times(60 + below(60), (count) =>
      add(subjectId, 'STAFF_ACCESS', start + below(HOUR), { about: `cus_looked_${nth}_${count}` }),
    );
    return { ruleId: 'many-accounts', subjectId, eventIds };
  },
  ({ add, below, nth }) => {
    const subjectId = `acc_smurf_${nth}`;
    const start = day(below);
    const eventIds = times(3 + below(4), (count) =>
      add(subjectId, 'CASH_IN', start + count * DAY + workHours(below), { crowns: 212_500 + below(37_500) }),
    );
    return { ruleId: 'structuring', subjectId, eventIds };
  },
  ({ add, below, nth }) => {
    const subjectId = `acc_sleeper_${nth}`;
    add(subjectId, 'PAID_IN', START + below(DAY), { crowns: 90_000 });
    const start = START + 185 * DAY + below(40 * DAY);
    const eventIds = times(1 + below(4), () =>
      add(subjectId, 'PAID_OUT', start + below(DAY), { crowns: 25_000 + below(5_000) }),
    );
    return { ruleId: 'dormant-drain', subjectId, eventIds };
  },
  ({ add, below, nth }) => {
    const subjectId = `acc_mule_${nth}`;
    const start = day(below) + workHours(below);
    const ins = times(1 + below(3), () => add(subjectId, 'PAID_IN', start + below(HOUR), { crowns: 250_000 }));
    const outs = times(10 * ins.length, () =>
      add(subjectId, 'PAID_OUT', start + 2 * HOUR + below(10 * HOUR), { crowns: 23_000 }),
    );
    return { ruleId: 'rapid-in-out', subjectId, eventIds: [...ins, ...outs] };
  },
];

function times(count: number, make: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
