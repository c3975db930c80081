// Customers who were merged into others: what they were told, how they want to be told, and to which addresses of their own systems.
import { Migration } from '@mikro-orm/migrations';
import { mergedParties, movesParty } from '#chassis/merged-parties.ts';

const RUNTIME = 'notification_runtime';

export class MergedCustomers extends Migration {
  override up(): void {
    this.addSql(mergedParties(RUNTIME));
    this.addSql(movesParty(RUNTIME, inbox() + wishes(), 'head inbox_head; told integer;'));
  }
}

/** Notices come after those of the survivor, in an order that nobody who watches the inbox misses. */
function inbox(): string {
  return `
      insert into inbox_head (party_id, last_number, unread_count) values (survivor, 0, 0) on conflict do nothing;
      perform from inbox_head where party_id in (merged, survivor) order by party_id for update;
      select * into head from inbox_head where party_id = merged;
      if found and head.last_number > 0 then
        select last_number into told from inbox_head where party_id = survivor;
        update notice set party_id = survivor, number = number + told where party_id = merged;
        update delivery set party_id = survivor, number = number + told, lead_number = lead_number + told
        where party_id = merged;
        update inbox_head set last_number = last_number + head.last_number, unread_count = unread_count + head.unread_count
        where party_id = survivor;
        update inbox_head set last_number = 0, unread_count = 0 where party_id = merged;
      end if;
  `;
}

function wishes(): string {
  return `
      -- Who has none has the other's, with what they consented to by them.
      if not exists (select from preference where party_id = survivor) then
        update preference set party_id = survivor where party_id = merged;
        update consent set party_id = survivor where party_id = merged;
      end if;
      insert into low_balance (party_id, account_id, currency_code, below_minor)
      select survivor, account_id, currency_code, below_minor from low_balance where party_id = merged
      on conflict do nothing;
      delete from low_balance where party_id = merged;
      insert into bounced_address (party_id, channel, address_hash, bounce_time)
      select survivor, channel, address_hash, bounce_time from bounced_address where party_id = merged
      on conflict do nothing;
      update webhook set party_id = survivor where party_id = merged;
  `;
}
