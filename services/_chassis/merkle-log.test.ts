import { expect } from 'chai';
import fc from 'fast-check';
import { leafHash, pathOf, rootFrom, rootOf } from './merkle.ts';
import {
  consistencyPath,
  edgeOf,
  type FindNode,
  grow,
  inclusionPath,
  isConsistent,
  needed,
  rootAt,
  type TreeNode,
} from './merkle-log.ts';
import { holds } from './testing/property.ts';

const MOST = 200;
const LEAVES = Array.from({ length: MOST }, (_, index) => leafHash(`leaf ${index}`));
const nameOf = ({ level, index }: { level: number; index: number }) => `${level}/${index}`;

/** The whole nodes of a tree that was grown in steps. */
function grown(steps: readonly number[]): { size: number; find: FindNode } {
  const nodes = new Map<string, TreeNode>();
  let size = 0;
  const find: FindNode = (place) => {
    const node = nodes.get(nameOf(place));
    if (!node) throw new Error(`no node at ${nameOf(place)}`);
    return node.hash;
  };
  for (const step of steps) {
    const edge = edgeOf(size).map((place) => ({ ...place, hash: find(place) }));
    for (const node of grow(size, edge, LEAVES.slice(size, size + step))) nodes.set(nameOf(node), node);
    size = Math.min(MOST, size + step);
  }
  return { size, find };
}

const whole = grown(Array.from({ length: MOST }, () => 1));
const pairs = fc
  .tuple(fc.integer({ min: 1, max: MOST }), fc.integer({ min: 1, max: MOST }))
  .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);

describe('A Merkle tree that grows', () => {
  it('has at every size the root of the tree over the same leaves, however it came to that size', () =>
    holds(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }), (steps) => {
        const { size, find } = grown(steps);
        expect(rootAt(size, find)).to.deep.equal(rootOf(LEAVES.slice(0, size)));
      }),
      { runs: 100, proofRuns: 2_000 },
    ));

  it('has at every earlier size, and for every leaf, the root and the path that it had then', () => {
    for (let size = 1; size <= 70; size += 1) {
      const leaves = LEAVES.slice(0, size);
      expect(rootAt(size, whole.find)).to.deep.equal(rootOf(leaves));
      for (let index = 0; index < size; index += 1) {
        const path = inclusionPath(index, size, whole.find);
        expect(path).to.deep.equal(pathOf(leaves, index));
        expect(rootFrom(leaves[index]!, { index, count: size, path })).to.deep.equal(rootOf(leaves));
      }
    }
  });

  it('says which nodes are needed, and these are few', () => {
    const places = needed((find) => inclusionPath(5, MOST, find));
    expect(places.length).to.be.lessThan(20);
    expect(needed((find) => rootAt(7, find)).map(nameOf)).to.deep.equal(['2/0', '1/2', '0/6']);
  });

  it('shows of any two sizes that the larger tree begins with the smaller one, and of nothing else', () =>
    holds(
      fc.property(pairs, fc.nat({ max: 255 }), fc.nat({ max: 20 }), ([small, large], bit, place) => {
        const head = (size: number) => ({ size, root: rootAt(size, whole.find) });
        const [first, second] = [head(small), head(large)];
        const path = consistencyPath(small, large, whole.find);
        expect(isConsistent(first, second, path)).to.equal(true);
        const flip = (hash: Buffer): Buffer => {
          const other = Buffer.from(hash);
          other[bit >> 3]! ^= 1 << (bit & 7);
          return other;
        };
        expect(isConsistent({ ...first, root: flip(first.root) }, second, path)).to.equal(false);
        expect(isConsistent(first, { ...second, root: flip(second.root) }, path)).to.equal(false);
        expect(isConsistent(first, second, [...path, first.root])).to.equal(false);
        if (path.length === 0) return;
        const at = place % path.length;
        expect(isConsistent(first, second, path.with(at, flip(path[at]!)))).to.equal(false);
        expect(isConsistent(first, second, path.slice(1))).to.equal(false);
      }),
      { runs: 300, proofRuns: 5_000 },
    ));

  it('has the consistency proofs of RFC 6962, 2.1.3', () => {
    const names = (first: number) => needed((find) => consistencyPath(first, 7, find)).map(nameOf);
    // [c, d, g, l], [l] and [i, j, k] of its example.
    expect(names(3)).to.deep.equal(['0/2', '0/3', '1/0', '1/2', '0/6']);
    expect(names(4)).to.deep.equal(['1/2', '0/6']);
    expect(names(6)).to.deep.equal(['1/2', '0/6', '2/0']);
  });

  it('is asked for no leaf that it has not, and for no larger tree than it is', () => {
    expect(() => inclusionPath(3, 3, whole.find)).to.throw('has none at 3');
    expect(() => consistencyPath(4, 3, whole.find)).to.throw('goes on from one of 4');
    expect(() => consistencyPath(0, 3, whole.find)).to.throw('goes on from one of 0');
  });
});
