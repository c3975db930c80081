// Every step of a hold has its place in a block, as every journal has.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'ledger_runtime';

export class StepsInBlocks extends Migration {
  override up(): void {
    this.addSql(blocks());
    this.addSql(places());
    this.addSql(laws());
    this.addSql(`grant insert (lane_no, block_height, position) on hold_step to ${RUNTIME};`);
  }
}

/** A block counts its leaves. Its hash is of the same text as before, so that what was signed of it holds. */
function blocks(): string {
  return `
    drop trigger guard_block on block;
    drop trigger guard_whole_block on block;
    alter table block rename column journal_count to leaf_count;

    create or replace function block_hash(b block) returns bytea language sql stable as $$
      select sha256(convert_to(concat_ws(E'\\n',
        'corebank block 1',
        'lane ' || b.lane_no,
        'height ' || b.height,
        'previous ' || encode(b.previous_hash, 'hex'),
        'root ' || encode(b.root, 'hex'),
        'first_position ' || b.first_position,
        'journal_count ' || b.leaf_count,
        'known_time ' || to_char(b.known_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        ''
      ), 'UTF8'))
    $$;
  `;
}

/** Steps that are older than their places stand in lane 0, after the journals that are: one more block seals their number. */
function places(): string {
  return `
    alter table hold_step
      add column lane_no bigint,
      add column block_height bigint,
      add column position bigint;

    update hold_step s set lane_no = 0, block_height = b.height, position = b.first + o.position
    from (select no, row_number() over (order by no) - 1 as position from hold_step) o,
      (
        select coalesce(max(height) + 1, 0) as height, coalesce(max(first_position + leaf_count), 0) as first
        from block where lane_no = 0
      ) b
    where o.no = s.no;

    alter table hold_step
      alter column lane_no set not null,
      alter column block_height set not null,
      alter column position set not null,
      add constraint hold_step_in_block unique (lane_no, position);

    insert into lane (no, holder, lease_until) overriding system value
    select 0, 'nobody', 'infinity' where exists (select from hold_step) on conflict (no) do nothing;
    insert into block
    select 0, block_height, coalesce((select hash from block where lane_no = 0 order by height desc limit 1), zeros), zeros,
      zeros, date_trunc('milliseconds', max(known_time)), min(position), count(*), '', zeros
    from hold_step, (select decode(repeat('00', 32), 'hex') as zeros) z group by block_height, zeros;
    update block b set hash = block_hash(b) where lane_no = 0 and height = (select max(block_height) from hold_step);
  `;
}

/** The laws of places as before, for journals and steps of holds together. */
function laws(): string {
  return `
    create or replace function guard_places() returns trigger language plpgsql security definer
      set search_path = public set enable_seqscan = off as $$
    begin
      if exists (
        select from (
          select lane_no, block_height, min(position) as first, max(position) as last from written group by 1, 2
        ) w
        left join block b on b.lane_no = w.lane_no and b.height = w.block_height
        where b.height is null or w.first < b.first_position or w.last >= b.first_position + b.leaf_count
          -- Each table keeps its own places apart; what is written together stands together, with nothing of the other in it.
          or (tg_table_name = 'journal' and exists (
            select from hold_step s where s.lane_no = w.lane_no and s.position between w.first and w.last
          ))
          or (tg_table_name = 'hold_step' and exists (
            select from journal j where j.lane_no = w.lane_no and j.position between w.first and w.last
          ))
      ) then
        raise exception 'a journal, and a step of a hold, stands in a block by itself'
          using errcode = 'integrity_constraint_violation';
      end if;
      return null;
    end $$;

    create trigger guard_places after insert on hold_step referencing new table as written
      for each statement execute function guard_places();

    create or replace function guard_block() returns trigger language plpgsql security definer
      set search_path = public set enable_seqscan = off as $$
    declare
      before block;
    begin
      select * into before from block where lane_no = new.lane_no and height = new.height - 1;
      if (before.height is null) <> (new.height = 0)
        or new.previous_hash <> coalesce(before.hash, decode(repeat('00', 32), 'hex'))
        or new.first_position <> coalesce(before.first_position + before.leaf_count, 0)
        or new.hash <> block_hash(new)
        or new.known_time is distinct from (select time from known_clock where xid = pg_current_xact_id()) then
        raise exception 'a block continues its lane' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;

    create trigger guard_block before insert on block for each row execute function guard_block();

    create or replace function guard_whole_block() returns trigger language plpgsql security definer
      set search_path = public set enable_seqscan = off as $$
    begin
      if new.leaf_count <> (
        select count(*) from journal
        where lane_no = new.lane_no and block_height = new.height
          and position >= new.first_position and position < new.first_position + new.leaf_count
      ) + (
        select count(*) from hold_step
        where lane_no = new.lane_no and block_height = new.height
          and position >= new.first_position and position < new.first_position + new.leaf_count
      ) then
        raise exception 'a block has all of its leaves' using errcode = 'integrity_constraint_violation';
      end if;
      return null;
    end $$;

    -- Deferred: the leaves are written after their block.
    create constraint trigger guard_whole_block after insert on block deferrable initially deferred
      for each row execute function guard_whole_block();
  `;
}
