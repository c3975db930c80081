import { expect } from 'chai';
import { fromMoney, toDecimal } from '#chassis/money.ts';
import { type AccountState, applyGroup } from './core.ts';
import * as life from './hold.ts';

const DAYS = { open: '2026-03-02', closing: [] };

describe('The life of a hold', () => {
  const table = (name: string, lines: string) =>
    it(name, () => {
      runTable(lines);
    });

  table(
    'is placed as the funds allow, and captured in parts until nothing is left',
    `
    account  alice  100.00  floor 0
    account  shop     0.00  floor 0
    place    h1  alice -> shop   60.00            OPEN 0.00 60.00
    place    h2  alice -> shop   40.01            INSUFFICIENT_FUNDS
    place    h2  alice -> shop   40.00            OPEN 0.00 40.00
    balance  alice  100.00 held 100.00 in   0.00
    balance  shop     0.00 held   0.00 in 100.00
    transfer alice -> shop    0.01                INSUFFICIENT_FUNDS
    capture  h1   20.00                           OPEN 20.00 40.00
    capture  h1   40.01                           HOLD_EXCEEDED
    capture  h1                                   CAPTURED 60.00 0.00
    capture  h2   30.00 final                     CAPTURED 30.00 0.00
    balance  alice   10.00 held   0.00 in   0.00
    balance  shop    90.00 held   0.00 in   0.00
    `,
  );

  table(
    'takes no step after its end, whichever that was',
    `
    account  alice  100.00  floor 0
    account  shop     0.00  floor 0
    place    done  alice -> shop   10.00          OPEN 0.00 10.00
    place    gone  alice -> shop   10.00          OPEN 0.00 10.00
    place    late  alice -> shop   10.00          OPEN 0.00 10.00
    place    open  alice -> shop   10.00          OPEN 0.00 10.00
    extend   open  200                            OPEN 0.00 10.00
    extend   open  200                            HOLD_EXPIRE_TIME_NOT_LATER
    capture  done                                 CAPTURED 10.00 0.00
    release  gone                                 RELEASED 0.00 0.00
    time     99
    expire   late                                 nothing
    time     100
    expire   late                                 EXPIRED 0.00 0.00
    expire   open                                 nothing
    capture  done                                 HOLD_CAPTURED
    capture  gone                                 HOLD_RELEASED
    capture  late                                 HOLD_EXPIRED
    extend   done  300                            HOLD_CAPTURED
    extend   gone  300                            HOLD_RELEASED
    extend   late  300                            HOLD_EXPIRED
    release  done                                 HOLD_CAPTURED
    release  gone                                 HOLD_RELEASED
    release  late                                 HOLD_EXPIRED
    expire   done                                 nothing
    expire   gone                                 nothing
    expire   late                                 nothing
    balance  alice   90.00 held  10.00 in   0.00
    time     200
    expire   open                                 EXPIRED 0.00 0.00
    place    new  alice -> shop   10.00           HOLD_EXPIRE_TIME_NOT_LATER
    `,
  );

  table(
    'ends in part: what was captured stays, what was held is free',
    `
    account  alice  100.00  floor 0
    account  shop     0.00  floor 0
    place    gone  alice -> shop   10.00          OPEN 0.00 10.00
    place    late  alice -> shop   10.00          OPEN 0.00 10.00
    capture  gone   4.00                          OPEN 4.00 6.00
    capture  late   4.00                          OPEN 4.00 6.00
    release  gone                                 RELEASED 4.00 0.00
    time     100
    expire   late                                 EXPIRED 4.00 0.00
    balance  alice   92.00 held   0.00 in   0.00
    `,
  );

  table(
    'is captured over its amount as far as it allows, and as the funds do',
    `
    account  alice   15.00  floor 0
    account  shop     0.00  floor 0
    place    h1  alice -> shop   10.00 limit 20   OPEN 0.00 10.00
    capture  h1    4.00                           OPEN 4.00 6.00
    capture  h1   16.01                           HOLD_EXCEEDED
    capture  h1   11.01                           INSUFFICIENT_FUNDS
    capture  h1   11.00                           CAPTURED 15.00 0.00
    balance  alice    0.00 held   0.00 in   0.00
    `,
  );

  table(
    'is not captured below a floor, unless forced; what other holds hold is not in its way',
    `
    account  alice  100.00  floor 0
    account  shop     0.00  floor 0  ceiling 65
    place    h1  alice -> shop   60.00            OPEN 0.00 60.00
    place    h2  alice -> shop   40.00            OPEN 0.00 40.00
    fee      alice -> shop    5.00                posted
    capture  h1                                   CAPTURED 60.00 0.00
    capture  h2   36.00                           INSUFFICIENT_FUNDS
    capture  h2    1.00                           CEILING_EXCEEDED
    capture  h2   40.00 forced                    CAPTURED 40.00 0.00
    balance  alice   -5.00 held   0.00 in   0.00
    `,
  );

  function runTable(lines: string): void {
    const accounts = new Map<string, AccountState>();
    const holds = new Map<string, life.Hold>();
    let now = 0;
    const settle = (hold: life.Hold, step: ReturnType<typeof life.place> | undefined): string => {
      if (!step) return 'nothing';
      if (step instanceof Error) return step.reason;
      if (step.kind !== 'capture') life.moveHeld(accounts, hold, step.heldChange);
      const { kind, amount } = hold;
      holds.set(hold.id, { ...hold, ...step, kind, amount });
      return `${step.state.toUpperCase()} ${decimal(step.captured)} ${decimal(step.held)}`;
    };
    const post = (draft: Parameters<typeof applyGroup>[1][number]): string => {
      const [result] = applyGroup(accounts, [draft], DAYS);
      return result && 'refusal' in result ? result.refusal.reason : 'posted';
    };
    const run: Record<string, (words: string[]) => string> = {
      place([id = '', debitId = '', , creditId = '', amount = '', ...rest]) {
        const captureLimit = minor(rest.includes('limit') ? (rest[1] ?? '') : amount);
        const [kind, currency, owner] = ['transfer', 'EUR', 'transaction'] as const;
        const terms = { id, kind, debitId, creditId, currency, amount: minor(amount), captureLimit, owner };
        const step = life.place(accounts, terms, { expireTime: 100, now });
        const standing = { state: 'open', version: 0n, captured: 0n, held: 0n, expireTime: 0 } as const;
        return settle({ ...terms, ...standing, no: 0n }, step);
      },
      capture([id = '', ...rest]) {
        const hold = holds.get(id) as life.Hold;
        const amount = rest.find((word) => /^[0-9.]+$/.test(word));
        const wanted = amount === undefined ? undefined : { currency: 'EUR', minor: minor(amount) };
        const step = life.capture(hold, { owner: 'transaction', amount: wanted, final: rest.includes('final') });
        if (step instanceof Error) return step.reason;
        const kind = rest.includes('forced') ? 'scheme_advice' : undefined;
        const told = post(life.captureJournal(hold, step, { id: 'j', kind, valueDate: undefined }));
        return told === 'posted' ? settle(hold, step) : told;
      },
      extend: ([id = '', time = '']) => {
        const hold = holds.get(id) as life.Hold;
        return settle(hold, life.extend(hold, { owner: 'transaction', expireTime: Number(time) }));
      },
      release: ([id = '']) =>
        settle(holds.get(id) as life.Hold, life.release(holds.get(id) as life.Hold, 'transaction')),
      expire: ([id = '']) => settle(holds.get(id) as life.Hold, life.expire(holds.get(id) as life.Hold, now)),
    };
    const move = (kind: 'transfer' | 'fee') => (words: string[]) => {
      const [debit = '', , credit = '', amount = ''] = words;
      const leg = { currency: 'EUR', reversedLeg: null };
      const legs = [
        { ...leg, accountId: debit, amount: minor(amount) },
        { ...leg, accountId: credit, amount: -minor(amount) },
      ];
      return post({ id: 'j', kind, legs, valueDate: undefined, bookingDate: undefined, endOfDay: false });
    };
    Object.assign(run, { transfer: move('transfer'), fee: move('fee') });
    for (const line of lines.split('\n').flatMap((text) => text.trim() || [])) {
      const [verb = '', ...words] = line.split(/\s+/);
      if (verb === 'account') accounts.set(words[0] ?? '', accountOf(words));
      else if (verb === 'time') now = Number(words[0]);
      else if (verb === 'balance') {
        const { balance, held, pendingIn } = accounts.get(words[0] ?? '') as AccountState;
        expect([decimal(-balance), 'held', decimal(held), 'in', decimal(pendingIn)], line).to.deep.equal(
          words.slice(1),
        );
      } else {
        const pieces = line.split(/\s{2,}/);
        const answer = pieces.pop();
        expect(run[verb]?.(pieces.join(' ').split(' ').slice(1)), line).to.equal(answer);
      }
    }
  }
});

function accountOf([id = '', balance = '', ...words]: string[]): AccountState {
  const limit = (word: string) => (words.includes(word) ? minor(words[words.indexOf(word) + 1] ?? '') : null);
  return {
    no: 1n,
    id,
    currency: 'EUR',
    normalSide: 'credit',
    state: 'open',
    floor: limit('floor'),
    ceiling: limit('ceiling'),
    decreaseFrozen: false,
    increaseFrozen: false,
    customer: true,
    balance: -minor(balance),
    version: 0n,
    held: 0n,
    pendingIn: 0n,
  };
}

function minor(amount: string): bigint {
  return fromMoney({ currencyCode: 'EUR', amount }).minor;
}

function decimal(amount: bigint): string {
  return toDecimal({ currency: 'EUR', minor: amount });
}
