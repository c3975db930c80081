import { expect } from 'chai';
import { match, type Open, sum } from './reconciliation.ts';

/** An entry in short: `1: -100 on 01 of a b`. */
function entry(text: string): Open {
  const [, number = '', amount = '', day = '', references = ''] =
    /^(\d+): (-?\d+) on (\S+)(?: of (.*))?$/.exec(text) ?? [];
  return { number: Number(number), amount: BigInt(amount), day, references: references.split(' ').filter(Boolean) };
}

function matched(ours: readonly string[], theirs: readonly string[]): string[] {
  const found = match(ours.map(entry), theirs.map(entry));
  return found.map((one) => `${one.rule} ${one.ours.join('+')} = ${one.theirs.join('+')}`);
}

describe('The reconciliation of two books', () => {
  it('matches by reference, one to one, one to many and many to one', () => {
    expect(matched(['1: -100 on 01 of a'], ['7: -100 on 02 of a'])).to.deep.equal(['reference 1 = 7']);
    expect(matched(['1: -100 on 01 of a', '2: -50 on 01 of b'], ['7: -150 on 01 of a b'])).to.deep.equal([
      'reference 1+2 = 7',
    ]);
    expect(matched(['1: 100 on 01 of a'], ['7: 60 on 01 of a', '8: 40 on 02 of a'])).to.deep.equal([
      'reference 1 = 7+8',
    ]);
  });

  it('takes what was booked and put back as nothing, where the other side knows nothing of it', () => {
    expect(matched(['1: -100 on 01 of a', '2: 100 on 02 of a'], [])).to.deep.equal(['reference 1+2 = ']);
    // Where the other side has the same by amounts, it knows of it.
    const known = matched(['1: 80 on 01', '2: -80 on 01'], ['7: 80 on 01 of a', '8: -80 on 01 of a']);
    expect(known).to.deep.equal(['amount 1 = 7', 'amount 2 = 8']);
  });

  it('leaves what has come back of a payment to what was booked for it', () => {
    const ours = ['1: -100 on 01 of a', '2: 100 on 01'];
    expect(matched(ours, ['7: -100 on 01 of a', '8: 100 on 01 of a'])).to.deep.equal([
      'reference 1 = 7',
      'amount 2 = 8',
    ]);
  });

  it('matches by amount and day where as many are on either side, and never guesses', () => {
    expect(matched(['1: 5 on 01', '2: 5 on 01'], ['7: 5 on 01', '8: 5 on 01'])).to.deep.equal([
      'amount 1 = 7',
      'amount 2 = 8',
    ]);
    expect(matched(['1: 5 on 01', '2: 5 on 01'], ['7: 5 on 01'])).to.deep.equal([]);
    expect(matched(['1: 5 on 01'], ['7: 5 on 02'])).to.deep.equal([]);
    expect(matched(['1: -100 on 01 of a'], ['7: -99 on 01 of a'])).to.deep.equal([]);
    // Two payments that are told apart are not one because they come to the same.
    expect(matched(['1: -100 on 01 of a'], ['7: -100 on 01 of b'])).to.deep.equal([]);
  });

  it('matches nothing twice, and only what comes to the same', () => {
    const seed = Number(process.env['RECONCILIATION_SEED'] ?? Date.now() % 1_000_000);
    let state = seed;
    const random = (below: number) => {
      state = (state * 48_271 + 11) % 2_147_483_647;
      return state % below;
    };
    const book = (from: number) =>
      Array.from({ length: 200 }, (_, index): Open => {
        const references = Array.from({ length: random(3) }, () => `r${random(60)}`);
        return { number: from + index, amount: BigInt(random(7) - 3), day: `0${random(3)}`, references };
      });
    const [ours, theirs] = [book(0), book(1_000)];
    const seen = new Set<number>();
    for (const found of match(ours, theirs)) {
      const numbers = [...found.ours, ...found.theirs];
      for (const number of numbers) {
        expect(seen.has(number), `seed ${seed}: ${number} twice`).to.equal(false);
        seen.add(number);
      }
      const of = (entries: readonly Open[], those: readonly number[]) =>
        sum(entries.filter(({ number }) => those.includes(number)));
      expect(of(ours, found.ours), `seed ${seed}`).to.equal(of(theirs, found.theirs));
    }
  });
});
