// What customers may do: those with a hit that is not cleared are restricted.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class Standings extends Migration {
  override up(): void {
    this.addSql(`
      alter table customer add column restricted boolean not null default false;
      -- Counts what was told of what they may do. 0: nothing was, yet.
      alter table customer add column standing_version integer not null default 0;
      -- Who had a hit before hits restricted anybody.
      update customer c set restricted = true
      where exists (select from sanctions_hit h where h.customer_id = c.id and h.state in ('OPEN', 'CONFIRMED'));
      create index customer_untold on customer (id) where restricted and standing_version = 0;
      grant update (restricted, standing_version) on customer to ${RUNTIME};
    `);
  }
}
