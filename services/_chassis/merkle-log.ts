// A Merkle tree that grows (RFC 6962): of a log that is only ever added to. What is kept of it are its whole nodes, those over
// 2^level leaves that are there, which never change again; all that is asked of the tree at any size is made of those.
import { DIGEST_BYTES } from './digest.ts';
import { nodeHash } from './merkle.ts';

/** Where a whole node stands: over the leaves from `index * 2^level` on, so many as 2^level. Leaves are of level 0. */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
}

/** A whole node. */
export interface TreeNode extends NodePlace {
  readonly hash: Buffer;
}

/** Whole nodes, by their places. */
export type FindNode = (place: NodePlace) => Buffer;

/** Leaves `from` up to `to`, without it. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The whole nodes that a tree of so many leaves comes down to, from the left: what is needed to go on with it. */
export function edgeOf(size: number): NodePlace[] {
  return size === 0 ? [] : wholesIn({ from: 0, to: size });
}

/** The nodes that become whole when leaves are added to a tree of `size` leaves, the leaves among them. */
export function grow(size: number, edge: readonly TreeNode[], leaves: readonly Buffer[]): TreeNode[] {
  const open = new Map(edge.map((node) => [node.level, node]));
  const made: TreeNode[] = [];
  for (const [place, hash] of leaves.entries()) {
    let node: TreeNode = { level: 0, index: size + place, hash };
    made.push(node);
    while (node.index % 2 === 1) {
      const left = open.get(node.level);
      if (left?.index !== node.index - 1) throw new Error(`the tree of ${size} leaves has no edge at ${node.level}`);
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(left.hash, node.hash) };
      made.push(node);
    }
    open.set(node.level, node);
  }
  return made;
}

/** Which nodes `work` asks for, so that they can be fetched together before it is done. */
export function needed(work: (find: FindNode) => unknown): NodePlace[] {
  const places: NodePlace[] = [];
  work((place) => {
    places.push(place);
    return Buffer.alloc(DIGEST_BYTES);
  });
  return places;
}

/** The root of a tree of `size` leaves, at least one. */
export function rootAt(size: number, find: FindNode): Buffer {
  return hashOf({ from: 0, to: size }, find);
}

/** The hashes that lead from the leaf at `index` to the root of a tree of `size` leaves, from below. */
export function inclusionPath(index: number, size: number, find: FindNode): Buffer[] {
  if (index < 0 || index >= size) throw new Error(`a tree of ${size} leaves has none at ${index}`);
  const path: Range[] = [];
  for (let range: Range = { from: 0, to: size }; range.to - range.from > 1; ) {
    const middle = range.from + leftOf(range.to - range.from);
    const [left, right] = [
      { from: range.from, to: middle },
      { from: middle, to: range.to },
    ];
    path.unshift(index < middle ? right : left);
    range = index < middle ? left : right;
  }
  return path.map((range) => hashOf(range, find));
}

/** The hashes that show that a tree of `second` leaves begins with the `first` ones of a smaller tree (RFC 6962, 2.1.2). */
export function consistencyPath(first: number, second: number, find: FindNode): Buffer[] {
  if (first < 1 || first > second) throw new Error(`no tree of ${second} leaves goes on from one of ${first}`);
  const path: Range[] = [];
  let range: Range = { from: 0, to: second };
  let isOld = true;
  while (range.to > first) {
    const middle = range.from + leftOf(range.to - range.from);
    if (first <= middle) {
      path.unshift({ from: middle, to: range.to });
      range = { from: range.from, to: middle };
    } else {
      path.unshift({ from: range.from, to: middle });
      range = { from: middle, to: range.to };
      isOld = false;
    }
  }
  // The smaller tree as a whole is what is proved, and known.
  if (!isOld) path.unshift(range);
  return path.map((each) => hashOf(each, find));
}

/** A tree at one size. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether a path shows that the tree of `second` begins with that of `first` (RFC 9162, 2.1.4.2). */
export function isConsistent(first: TreeHead, second: TreeHead, path: readonly Uint8Array[]): boolean {
  if (first.size < 1 || first.size > second.size) return false;
  if (first.size === second.size) return path.length === 0 && same(first.root, second.root);
  if (path.some(({ length }) => length !== DIGEST_BYTES)) return false;
  const [begin, ...rest] = isPowerOfTwo(first.size) ? [first.root, ...path] : path;
  if (!begin) return false;
  let [at, last] = [first.size - 1, second.size - 1];
  for (; at % 2 === 1; at = (at - 1) / 2) last = Math.floor(last / 2);
  let old: Buffer = Buffer.from(begin);
  let now = old;
  for (const hash of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      old = nodeHash(hash, old);
      now = nodeHash(hash, now);
      for (; at % 2 === 0 && at !== 0; at /= 2) last = Math.floor(last / 2);
    } else {
      now = nodeHash(now, hash);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(old, first.root) && same(now, second.root);
}

/** The hash over leaves, of which the left part is always whole. */
function hashOf(range: Range, find: FindNode): Buffer {
  const hashes = wholesIn(range).map(find);
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The largest whole nodes that leaves come down to, from the left; each is larger than the next. */
function wholesIn({ from, to }: Range): NodePlace[] {
  const places: NodePlace[] = [];
  for (let at = from; at < to; ) {
    const level = Math.floor(Math.log2(to - at));
    places.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return places;
}

/** How many leaves go to the left: the largest power of two that is smaller than all of them. */
function leftOf(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
