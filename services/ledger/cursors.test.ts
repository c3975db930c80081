import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '#chassis/errors.ts';
import { holds } from '#chassis/testing/property.ts';
import { checkReached, cursorsOf } from './cursors.ts';
import type { Head } from './watching.ts';

const HEAD: Head = {
  no: '1',
  id: 'lac_1',
  currency: 'EUR',
  normalSide: 'credit',
  floor: null,
  balance: '0',
  version: '0',
  held: '0',
  pendingIn: '0',
  revision: '1',
  stripes: null,
};

const KEY = randomBytes(32);

describe('A cursor', () => {
  const accounts = fc.uniqueArray(fc.stringMatching(/^lac_[a-z0-9]{1,26}$/), { minLength: 1, maxLength: 50 });
  const placed = accounts.chain((ids) => {
    const versions = fc.array(fc.bigInt(0n, 2n ** 63n - 1n), { minLength: ids.length, maxLength: ids.length });
    return versions.map((seen) => ({ ids, positions: new Map(ids.map((id, index) => [id, seen[index] ?? 0n])) }));
  });

  it('says what was written into it, in whatever order its accounts are named', () =>
    holds(
      fc.property(placed, ({ ids, positions }) => {
        const cursor = cursorsOf(ids, KEY).write(positions);
        expect(cursor.length).to.be.at.most(16 + 12 * ids.length + 4);
        expect(new Map(cursorsOf(ids.toReversed(), KEY).read(cursor))).to.deep.equal(positions);
      }),
      { runs: 200, proofRuns: 20_000 },
    ));

  it('is refused when anything of it is changed, for other accounts, and under another key', () =>
    holds(
      fc.property(placed, fc.nat(), ({ ids, positions }, place) => {
        const cursor = cursorsOf(ids, KEY).write(positions);
        const bytes = Buffer.from(cursor, 'base64url');
        const bit = place % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(reasonOf(() => cursorsOf(ids, KEY).read(bytes.toString('base64url')))).to.equal('CURSOR_INVALID');
        expect(reasonOf(() => cursorsOf([...ids, 'lac_more_'], KEY).read(cursor))).to.equal('CURSOR_INVALID');
        expect(reasonOf(() => cursorsOf(ids, randomBytes(32)).read(cursor))).to.equal('CURSOR_INVALID');
        expect(reasonOf(() => cursorsOf(ids, KEY).read(cursor.slice(0, place % 16)))).to.equal('CURSOR_INVALID');
      }),
      { runs: 200, proofRuns: 20_000 },
    ));

  for (const [version, seen, reason] of [
    ['3', 2n, undefined],
    ['3', 3n, undefined],
    ['3', 4n, 'CURSOR_AHEAD'],
    ['0', undefined, undefined],
  ] as const) {
    it(`of version ${seen ?? 'none'} ${reason ? `is refused: ${reason}` : 'goes on'} at an account of version ${version}`, () => {
      const positions = new Map(seen === undefined ? [] : [['lac_1', seen]]);
      expect(reasonOf(() => checkReached([{ ...HEAD, version }], positions))).to.equal(reason);
    });
  }

  it('of a striped account tells how far it is with each stripe, and is checked by stripe', () => {
    const stripe = (number: string, version: string) => ({ no: `1${number}`, stripe: number, version });
    const striped = (...stripes: ReturnType<typeof stripe>[]): Head => ({ ...HEAD, version: '10', stripes });
    const cursors = cursorsOf(['lac_1', 'lac_0'], KEY);
    const positions = new Map([
      ['lac_1/1', 300n],
      ['lac_1/130', 2n],
      ['lac_0', 7n],
    ]);
    const read = cursors.read(cursors.write(positions));
    expect(Object.fromEntries(read)).to.deep.equal({ ...Object.fromEntries(positions), lac_1: 0n });
    const seen = new Map([...read].filter(([key]) => key !== 'lac_0'));
    expect(reasonOf(() => checkReached([striped(stripe('1', '300'), stripe('130', '2'))], seen))).to.equal(undefined);
    expect(reasonOf(() => checkReached([striped(stripe('1', '300'), stripe('130', '1'))], seen))).to.equal(
      'CURSOR_AHEAD',
    );
    expect(reasonOf(() => checkReached([striped(stripe('1', '300'))], seen))).to.equal('CURSOR_AHEAD');
  });

  function reasonOf(work: () => unknown): string | undefined {
    try {
      work();
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.reason;
      throw error;
    }
  }
});
