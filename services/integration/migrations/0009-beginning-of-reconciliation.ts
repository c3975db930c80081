// From which statement on our books are read: those of a bank with a history begin with a balance.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'integration_runtime';

export class BeginningOfReconciliation extends Migration {
  override up(): void {
    this.addSql(`
      -- False for the first one of those that are there: with it all was read.
      alter table settlement_statement add column begins boolean not null default false;
      grant update (begins) on settlement_statement to ${RUNTIME};
    `);
  }
}
