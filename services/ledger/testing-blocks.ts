// A block for tests that write journals or steps of holds by hand, past the ledger.

/** Where a leaf stands. */
export const PLACE = 'lane_no, block_height, position';

/** Writes a block of one leaf at the end of a lane; of another height, with another hash before it or of its own. */
export function blockOfOne(heightAndPrevious = 'height + 1, hash', hash = 'block_hash(b)', lane = 1n): string {
  return `insert into block
    select lane_no, height, previous_hash, root, ${hash}, known_time, first_position, leaf_count, leaves, seal
    from (
      select (row(lane_no, ${heightAndPrevious}, root, hash, take_known_time(), first_position + leaf_count, 1, root, seal)::block).*
      from (select * from block where lane_no = ${lane} order by height desc limit 1) last
    ) b`;
}

/** The place in the last block of a lane, as a query of one row. */
export function lastPlace(lane = 1n): string {
  return `select lane_no, height, first_position from block where lane_no = ${lane} order by height desc limit 1`;
}
