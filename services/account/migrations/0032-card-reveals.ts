// Who of the staff may be shown the number of a card, because somebody else of them has said so.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class CardReveals extends Migration {
  override up(): void {
    this.addSql(`
      create table card_reveal_permit (
        no bigint generated always as identity primary key,
        card_id text collate "C" not null references card,
        staff_id text collate "C" not null,
        approver_id text collate "C" not null,
        expire_time timestamptz not null,
        -- When the number was shown by it: once.
        use_time timestamptz
      );
      create index card_reveal_permit_unused on card_reveal_permit (card_id, staff_id) where use_time is null;
      grant select, insert on card_reveal_permit to ${RUNTIME};
      grant update (use_time) on card_reveal_permit to ${RUNTIME};
    `);
  }
}
