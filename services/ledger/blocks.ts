// Reads blocks.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { type BlockHeader, BlockHeaderSchema } from '#gen/bank/type/v1/proof_pb.ts';
import type { InLane } from './lanes.ts';

/** A block: its header, and the hashes of its leaves one after the other. */
export interface BlockRow extends InLane {
  readonly header: BlockHeader;
  readonly leaves: Buffer;
}

interface Row {
  height: string;
  previousHash: Buffer;
  root: Buffer;
  hash: Buffer;
  knownTime: string;
  firstPosition: string;
  leafCount: number;
  leaves: Buffer;
}

/** The blocks of a lane that come after a height, by height; at most `limit`. */
export async function readBlocks(
  database: Database,
  { lane, after, limit }: { readonly lane: string; readonly after: string; readonly limit: number },
): Promise<BlockRow[]> {
  const rows = await database.query(sql<Row>`
    select height, previous_hash as "previousHash", root, hash, known_time::text as "knownTime",
      first_position as "firstPosition", leaf_count as "leafCount", leaves
    from block
    where lane_no = ${lane} and height > ${after}::bigint
    order by height
    limit ${limit}
  `);
  return rows.map((row) => ({
    lane,
    at: row.height,
    leaves: row.leaves,
    header: create(BlockHeaderSchema, {
      laneNumber: BigInt(lane),
      height: BigInt(row.height),
      previousHash: row.previousHash,
      root: row.root,
      firstPosition: BigInt(row.firstPosition),
      leafCount: row.leafCount,
      knownTime: timestampFromDate(new Date(row.knownTime)),
      hash: row.hash,
    }),
  }));
}
