// A block for tests that write journals by hand, past the ledger.

/** Where a journal stands. */
export const PLACE = 'lane_no, block_height, position';

/** Writes a block of one journal at the end of lane 1; of another height, with another hash before it or of its own. */
export function blockOfOne(heightAndPrevious = 'height + 1, hash', hash = 'block_hash(b)'): string {
  return `insert into block
    select lane_no, height, previous_hash, root, ${hash}, known_time, first_position, journal_count, leaves
    from (
      select (row(lane_no, ${heightAndPrevious}, root, hash, take_known_time(), first_position + journal_count, 1, root)::block).*
      from (select * from block where lane_no = 1 order by height desc limit 1) last
    ) b`;
}

/** The place in the last block of lane 1, as a query of one row. */
export const LAST_PLACE =
  'select lane_no, height, first_position from block where lane_no = 1 order by height desc limit 1';
