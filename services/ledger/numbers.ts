// The numbers of what the lane writes.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';

const BLOCK_SIZE = 1_000n;

/** Answers so many new numbers. */
export type Numbers = (tx: Tx, count: number) => Promise<bigint[]>;

/** Numbers for journals and for steps of holds, in blocks, so that a batch seldom asks for them. A number that is not used is never used. */
export function numbersInBlocks(): Numbers {
  let next = 0n;
  let end = 0n;
  return async (tx, count) => {
    const numbers: bigint[] = [];
    while (numbers.length < count) {
      if (next === end) {
        const [block] = await tx.query(sql<{ first: string }>`select nextval('journal_block') as first`);
        next = BigInt(block?.first ?? 0);
        end = next + BLOCK_SIZE;
      }
      numbers.push(next);
      next += 1n;
    }
    return numbers;
  };
}
