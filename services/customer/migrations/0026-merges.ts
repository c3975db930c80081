// Customers who were merged into others, and how what is theirs becomes the survivor's.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class Merges extends Migration {
  override up(): void {
    this.addSql(`
      alter table customer add column merged_into_id text collate "C" references customer,
        add check (merged_into_id is null or merged_into_id <> id and state = 'deactivated');
      create index customer_merged on customer (merged_into_id) where merged_into_id is not null;
      grant update (merged_into_id) on customer to ${RUNTIME};

      create table customer_merge (
        -- Nobody is merged twice, and nothing is taken back.
        merged_customer_id text collate "C" primary key references customer,
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        merge_time timestamptz not null default clock_timestamp(),
        -- Whether it was told again, once all had come to rest that was under way when it was told first.
        told_again boolean not null default false
      );
      create index customer_merge_untold on customer_merge (merge_time) where not told_again;
      grant select, insert on customer_merge to ${RUNTIME};
      grant update (told_again) on customer_merge to ${RUNTIME};

      -- What is stored stays as it is, but for whose it is: that only merge_customer writes.
      drop trigger document_is_stored on document;
      create trigger document_is_stored before update on document for each row
        when (old.state = 'STORED' and to_jsonb(old) - 'customer_id' is distinct from to_jsonb(new) - 'customer_id')
        execute function document_stored();
    `);
    this.addSql(moving());
  }
}

/**
 * The runtime role may not change whose anything is: this function does it, for those of whom it is written down that they were merged, as
 * often as it is called. Hits of the merged customer's own name stay theirs, who is screened still.
 */
function moving(): string {
  return `
    create function merge_customer(merged text) returns void
      language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      survivor text;
    begin
      -- Into whom they were merged, and those in turn.
      with recursive way as (
        select c.merged_into_id as id, 1 as step from customer c join customer_merge m on m.merged_customer_id = c.id
        where c.id = merged and c.merged_into_id is not null
        union all select c.merged_into_id, way.step + 1 from way join customer c on c.id = way.id
        where c.merged_into_id is not null
      )
      select id into survivor from way order by step desc limit 1;
      if survivor is null then raise exception '% was not merged', merged; end if;
      -- Whoever numbers something of the survivor in this moment waits, or is waited for.
      perform from customer where id = survivor for update;

      update document set customer_id = survivor where customer_id = merged;
      update evidence set customer_id = survivor where customer_id = merged;
      update service_request set customer_id = survivor where customer_id = merged;
      update service_request_message set customer_id = survivor where customer_id = merged;

      -- Numbered after those of the survivor.
      update customer_note set customer_id = survivor, note_number = note_number +
        (select coalesce(max(n.note_number), 0) from customer_note n where n.customer_id = survivor)
      where customer_id = merged;

      -- Numbered by when they were said, so that the last of all is the last. First out of the way: no two may ever have one number.
      if exists (select from consent where customer_id = merged) then
        update consent set version = version + 1000000 where customer_id = survivor;
        update consent set customer_id = survivor, version = version + 2000000 where customer_id = merged;
        update consent c set version = o.number
        from (
          select purpose, version, row_number() over (partition by purpose order by change_time, version) as number
          from consent where customer_id = survivor
        ) o
        where c.customer_id = survivor and c.purpose = o.purpose and c.version = o.version;
      end if;

      update relation set customer_id = survivor where customer_id = merged and related_customer_id <> survivor;
      update relation set related_customer_id = survivor where related_customer_id = merged and customer_id <> survivor;
      update sanctions_hit set customer_id = survivor where customer_id = merged and relation_id <> '';
      update sanctions_hit set screened_customer_id = survivor
      where screened_customer_id = merged and relation_id <> '';

      insert into dismissed_duplicate (customer_id, other_customer_id, author_id, create_time)
      select least(d.other, survivor), greatest(d.other, survivor), d.author_id, d.create_time
      from (
        select case customer_id when merged then other_customer_id else customer_id end as other, author_id, create_time
        from dismissed_duplicate where merged in (customer_id, other_customer_id)
      ) d
      where d.other <> survivor
      on conflict do nothing;
    end $$;
    revoke execute on function merge_customer from public;
    grant execute on function merge_customer to ${RUNTIME};
  `;
}
