// Parties of whom a service was told that they were merged into others: whom it is to look for in their place. What a service does with what
// is theirs, it does in a function `move_party` of its own database, so that its runtime role may change whose a thing is in no other way.
import { type RawBuilder, sql } from 'kysely';

/** The SQL of the table, and of the function that follows it to who is left. */
export function mergedParties(runtimeRole: string): string {
  return `
    create table merged_party (
      party_id text collate "C" primary key,
      survivor_id text collate "C" not null,
      create_time timestamptz not null default clock_timestamp(),
      check (party_id <> survivor_id)
    );
    create index merged_party_survivor on merged_party (survivor_id);
    grant select, insert on merged_party to ${runtimeRole};

    -- Who is left of a party: themselves, unless they were merged, and whoever they were merged into in turn.
    create function survivor_of(id text) returns text language plpgsql stable set search_path = public, pg_temp as $$
    declare
      one text := id;
      next text;
    begin
      loop
        select m.survivor_id into next from merged_party m where m.party_id = one;
        if not found then return one; end if;
        one := next;
      end loop;
    end $$;
  `;
}

/**
 * The SQL of the function that makes a merged party's things the survivor's, as often as it is called: statements that know
 * the two as `merged` and `survivor`, and `variables` of their own.
 */
export function movesParty(runtimeRole: string, statements: string, variables = ''): string {
  return `
    create function move_party(merged text) returns void
      language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      survivor text := survivor_of(merged);
      ${variables}
    begin
      if survivor = merged then raise exception '% was not merged', merged; end if;
      ${statements}
    end $$;
    revoke execute on function move_party from public;
    grant execute on function move_party to ${runtimeRole};
  `;
}

/** Writes down what was told of a merge; told again, nothing changes. */
export function insertMerged(partyId: string, survivorId: string): RawBuilder<unknown> {
  return sql`
    insert into merged_party (party_id, survivor_id) values (${partyId}, ${survivorId}) on conflict do nothing
  `;
}

/** Makes the survivor's what is of who was merged. */
export function moveParty(partyId: string): RawBuilder<unknown> {
  return sql`select move_party(${partyId})`;
}

/** Who is left of a party. */
export function selectSurvivor(partyId: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`select survivor_of(${partyId}) as id`;
}

/** All who were merged into a party, and into those in turn. */
export function selectMergedInto(partyId: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    with recursive gone as (
      select party_id as id from merged_party where survivor_id = ${partyId}
      union select m.party_id from merged_party m join gone g on m.survivor_id = g.id
    )
    select id from gone order by id
  `;
}
