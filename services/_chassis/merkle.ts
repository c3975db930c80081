// The Merkle tree of RFC 6962: a leaf is hashed behind a 0, a node behind a 1, so that neither can pass for the other.
import { DIGEST_BYTES, sha256 } from './digest.ts';

const NODE = 2 * DIGEST_BYTES + 1;

/** The hash of a leaf. */
export function leafHash(text: string): Buffer {
  return sha256(`\0${text}`);
}

/** The root over leaves, of which there is at least one. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const root = levelsOf(leaves).at(-1)?.[0];
  if (!root) throw new Error('a tree has at least one leaf');
  return root;
}

/** The hashes that lead from the leaf at `index` to the root, from below. */
export function pathOf(leaves: readonly Buffer[], index: number): Buffer[] {
  let at = index;
  return levelsOf(leaves).flatMap((level) => {
    const sibling = level[at ^ 1];
    at >>= 1;
    return sibling ? [sibling] : [];
  });
}

/** The root of a tree of `count` leaves to which a path leads from the leaf at `index`; undefined when it leads nowhere. */
export function rootFrom(
  leaf: Buffer,
  { index, count, path }: { index: number; count: number; path: readonly Uint8Array[] },
): Buffer | undefined {
  if (!Number.isSafeInteger(index) || index < 0 || index >= count) return undefined;
  const left = [...path];
  let at = index;
  let found = leaf;
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    if (at % 2 === 1 || at + 1 < width) {
      const sibling = left.shift();
      if (sibling?.length !== DIGEST_BYTES) return undefined;
      found = at % 2 === 0 ? nodeHash(found, sibling) : nodeHash(sibling, found);
    }
    at = Math.floor(at / 2);
  }
  return left.length === 0 ? found : undefined;
}

/** The tree from its leaves to its root. The last node of a level that has no neighbour goes up as it is. */
function levelsOf(leaves: readonly Buffer[]): (readonly Buffer[])[] {
  const levels = [leaves];
  for (let level = leaves; level.length > 1; ) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (left) above.push(right ? nodeHash(left, right) : left);
    }
    levels.push(above);
    level = above;
  }
  return levels;
}

/** The hash of a node over two. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const node = Buffer.allocUnsafe(NODE);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 1 + DIGEST_BYTES);
  return sha256(node);
}
