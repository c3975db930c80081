// Who of those on sanctions lists the parties to payments may be, and what officers decide of that.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class SanctionsGate extends Migration {
  override up(): void {
    this.addSql(`
      alter table review
        -- Null where the sanctions lists are not why it is held. 'unavailable' until somebody can say.
        add column screening text collate "C" check (screening in ('match', 'unavailable')),
        add column matches jsonb not null default '[]',
        add column approver_id text collate "C" not null default '';
      create index review_to_screen on review (transaction_id) where state = 'open' and screening = 'unavailable';
      grant update (reasons, screening, matches, approver_id) on review to ${RUNTIME};

      alter table suspense_item
        drop constraint suspense_item_reason_check,
        add constraint suspense_item_reason_check check (reason in (
          'no_account', 'account_takes_none', 'sanctions_match', 'sanctions_cleared', 'sanctions_confirmed'
        )),
        add column matches jsonb not null default '[]';
      grant update (reason) on suspense_item to ${RUNTIME};
    `);
  }
}
