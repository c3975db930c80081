// Every journal has its place in a block, and the blocks of a lane are chained by their hashes.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'ledger_runtime';

export class Blocks extends Migration {
  override up(): void {
    this.addSql(chain());
    this.addSql(places());
    this.addSql(laws());
    this.addSql(rights());
  }
}

function chain(): string {
  return `
    create table lane (
      no bigint generated always as identity primary key,
      -- The process that writes to it, and until when nobody else takes it over.
      holder text not null,
      lease_until timestamptz not null
    );

    create table block (
      lane_no bigint not null references lane,
      height bigint not null check (height >= 0),
      previous_hash bytea not null check (length(previous_hash) = 32),
      root bytea not null check (length(root) = 32),
      hash bytea not null check (length(hash) = 32),
      known_time timestamptz not null,
      first_position bigint not null,
      journal_count integer not null check (journal_count > 0),
      -- The hashes of its journals, one after the other. Of those that are older than the blocks there are none.
      leaves bytea not null check (lane_no = 0 or length(leaves) = 32 * journal_count),
      -- A keyed hash of its hash: that a ledger process wrote it, and nobody who only owns the database.
      seal bytea not null check (length(seal) = 32),
      primary key (lane_no, height)
    );
    -- Hashes do not get shorter.
    alter table block alter column leaves set storage external;

    -- The hash of a block. domain/block.ts computes the same.
    create function block_hash(b block) returns bytea language sql stable as $$
      select sha256(convert_to(concat_ws(E'\\n',
        'corebank block 1',
        'lane ' || b.lane_no,
        'height ' || b.height,
        'previous ' || encode(b.previous_hash, 'hex'),
        'root ' || encode(b.root, 'hex'),
        'first_position ' || b.first_position,
        'journal_count ' || b.journal_count,
        'known_time ' || to_char(b.known_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        ''
      ), 'UTF8'))
    $$;
  `;
}

/** Journals that are older than the blocks stand in lane 0, which nobody continues. Its one block seals their number. */
function places(): string {
  return `
    alter table journal
      add column lane_no bigint,
      add column block_height bigint,
      add column position bigint;

    update journal j set lane_no = 0, block_height = 0, position = o.position
    from (select no, row_number() over (order by no) - 1 as position from journal) o
    where o.no = j.no;

    alter table journal
      alter column lane_no set not null,
      alter column block_height set not null,
      alter column position set not null,
      add constraint journal_in_block unique (lane_no, position);

    insert into lane (no, holder, lease_until) overriding system value
    select 0, 'nobody', 'infinity' where exists (select from journal);
    insert into block
    select 0, 0, zeros, zeros, zeros, date_trunc('milliseconds', max(known_time)), 0, count(*), '', zeros
    from journal, (select decode(repeat('00', 32), 'hex') as zeros) z group by zeros;
    update block b set hash = block_hash(b);
  `;
}

/** A plan that was made when the journal was short must not read it whole when it is long: no sequential scans. */
function laws(): string {
  return `
    create function guard_places() returns trigger language plpgsql security definer
      set search_path = public set enable_seqscan = off as $$
    begin
      if exists (
        select from (
          select lane_no, block_height, min(position) as first, max(position) as last from written group by 1, 2
        ) w
        left join block b on b.lane_no = w.lane_no and b.height = w.block_height
        where b.height is null or w.first < b.first_position or w.last >= b.first_position + b.journal_count
      ) then
        raise exception 'a journal stands in a block' using errcode = 'integrity_constraint_violation';
      end if;
      return null;
    end $$;

    create trigger guard_places after insert on journal referencing new table as written
      for each statement execute function guard_places();

    create function guard_block() returns trigger language plpgsql security definer
      set search_path = public set enable_seqscan = off as $$
    declare
      before block;
    begin
      select * into before from block where lane_no = new.lane_no and height = new.height - 1;
      if (before.height is null) <> (new.height = 0)
        or new.previous_hash <> coalesce(before.hash, decode(repeat('00', 32), 'hex'))
        or new.first_position <> coalesce(before.first_position + before.journal_count, 0)
        or new.hash <> block_hash(new)
        or new.known_time is distinct from (select time from known_clock where xid = pg_current_xact_id()) then
        raise exception 'a block continues its lane' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;

    create trigger guard_block before insert on block for each row execute function guard_block();

    create function guard_whole_block() returns trigger language plpgsql security definer
      set search_path = public set enable_seqscan = off as $$
    begin
      if new.journal_count <> (
        select count(*) from journal
        where lane_no = new.lane_no and block_height = new.height
          and position >= new.first_position and position < new.first_position + new.journal_count
      ) then
        raise exception 'a block has all of its journals' using errcode = 'integrity_constraint_violation';
      end if;
      return null;
    end $$;

    -- Deferred: the journals are written after their block.
    create constraint trigger guard_whole_block after insert on block deferrable initially deferred
      for each row execute function guard_whole_block();
  `;
}

function rights(): string {
  return `
    grant select on lane, block to ${RUNTIME};
    grant insert (holder, lease_until), update (holder, lease_until) on lane to ${RUNTIME};
    grant insert on block to ${RUNTIME};
    grant insert (lane_no, block_height, position) on journal to ${RUNTIME};
  `;
}
