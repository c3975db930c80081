import { expect } from 'chai';
import fc from 'fast-check';
import { sha256 } from './digest.ts';
import { leafHash, pathOf, rootFrom, rootOf } from './merkle.ts';
import { holds } from './testing/property.ts';

/** The leaves that Certificate Transparency tests its trees with, and the roots of the first so many of them. */
const LEAVES = ['', '\0', '\x10', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno'].map(leafHash);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`));
const trees = fc.integer({ min: 1, max: 300 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    index: fc.integer({ min: 0, max: count - 1 }),
    other: fc.integer({ min: 0, max: count - 1 }),
    bit: fc.nat({ max: 255 }),
  }),
);

describe('A Merkle tree', () => {
  it('has the roots of RFC 6962', () => {
    expect(ROOTS.map((_, index) => rootOf(LEAVES.slice(0, index + 1)).toString('hex'))).to.deep.equal(ROOTS);
  });

  it('is of one leaf or more', () => {
    expect(() => rootOf([])).to.throw('at least one leaf');
  });

  it('tells a leaf from a node', () => {
    const [left, right] = leavesOf(2) as [Buffer, Buffer];
    const node = rootOf([left, right]);
    expect(node).to.deep.equal(sha256(Buffer.concat([Buffer.of(1), left, right])));
    expect(leafHash('x')).to.deep.equal(sha256(Buffer.from('\0x')));
  });

  it('has a path from every leaf to its root', () =>
    holds(
      fc.property(trees, ({ count, index }) => {
        const leaves = leavesOf(count);
        const path = pathOf(leaves, index);
        expect(path.length).to.be.lessThanOrEqual(Math.ceil(Math.log2(count)));
        expect(rootFrom(leaves[index]!, { index, count, path })).to.deep.equal(rootOf(leaves));
      }),
      { runs: 200, proofRuns: 5_000 },
    ));

  it('has none from anything else: another leaf, another place, a longer or shorter path, one bit', () =>
    holds(
      fc.property(trees, ({ count, index, other, bit }) => {
        const leaves = leavesOf(count);
        const [root, path, leaf] = [rootOf(leaves), pathOf(leaves, index), leaves[index]!];
        const leads = (from: Buffer, way: Parameters<typeof rootFrom>[1]) => rootFrom(from, way)?.equals(root) ?? false;
        if (other !== index) {
          expect(leads(leaves[other]!, { index, count, path })).to.equal(false);
          expect(leads(leaf, { index: other, count, path })).to.equal(false);
        }
        expect(leads(leaf, { index, count, path: [...path, leaf] })).to.equal(false);
        expect(leads(leaf, { index: count, count, path })).to.equal(false);
        expect(leads(leaf, { index: -1, count, path })).to.equal(false);
        const step = path[other % Math.max(path.length, 1)];
        if (!step) return;
        expect(leads(leaf, { index, count, path: path.slice(1) })).to.equal(false);
        const bent = Buffer.from(step);
        bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(leads(leaf, { index, count, path: path.map((one) => (one === step ? bent : one)) })).to.equal(false);
        expect(leads(leaf, { index, count, path: path.map((one) => one.subarray(1)) })).to.equal(false);
      }),
      { runs: 200, proofRuns: 5_000 },
    ));
});
