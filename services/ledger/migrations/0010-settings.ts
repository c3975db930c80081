// How the ledger's tables are kept: room beside what is updated, and vacuum by what happens to each table.
import { Migration } from '@mikro-orm/migrations';

export class Settings extends Migration {
  override up(): void {
    this.addSql(`
      -- Balances are updated by every batch. With half a page free, a new version of a row stays beside the old one (HOT): no
      -- index is written, and the next statement that comes by clears the old ones away. Vacuum only has to keep the few rest.
      alter table ledger_account set (fillfactor = 50,
        autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_analyze_scale_factor = 0.1, autovacuum_analyze_threshold = 10000);

      -- A hold that stays open stays beside itself; one that ends leaves the index of those that are due, which is read
      -- every second, so its dead rows go soon.
      alter table hold set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

      -- As many rows are swept away as come, some thousand live and dead at a time: vacuumed by what is dead alone, which keeps
      -- it as small as it is. Every batch asks for its latest time.
      alter table known_clock set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000);

      -- What only grows, in one table for ever: a part of all that is there would be more and more, so it is by a million
      -- rows, and of blocks, one for each batch, by ten thousand. Rows are frozen at once, as they never change.
      alter table journal set (${byRows(1_000_000)});
      alter table general_ledger_posting set (${byRows(100_000)});
      alter table hold_step set (${byRows(100_000)});
      alter table block set (${byRows(10_000)});
    `);
  }
}

function byRows(rows: number): string {
  return `autovacuum_freeze_min_age = 0,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = ${rows},
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = ${rows}`;
}
