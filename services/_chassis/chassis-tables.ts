// The tables that the chassis keeps in every service's database, as the service's migrations make them.
import { Migration } from '@mikro-orm/migrations';

/** The SQL of the claims and the outbox, with the rights of the service's runtime role. */
export function chassisTables(runtimeRole: string): string {
  return `
    create table command (
      rpc text collate "C" not null,
      owner text collate "C" not null,
      request_id text collate "C" not null,
      fingerprint bytea not null,
      state text not null check (state in ('planned', 'done', 'refused')),
      intent jsonb,
      answer bytea,
      create_time timestamptz not null default now(),
      -- Claims of one batch in the order in which they were made.
      position bigint generated always as identity,
      primary key (rpc, owner, request_id),
      check ((state = 'planned') = (answer is null))
    );
    create index command_unsettled on command (position) where state = 'planned';

    create table outbox (
      event_id text collate "C" primary key,
      type text collate "C" not null,
      aggregate_id text collate "C" not null,
      aggregate_sequence bigint not null check (aggregate_sequence > 0),
      envelope bytea not null,
      producer_sequence bigint unique,
      publish_time timestamptz
    );
    create index outbox_unpublished on outbox (event_id) where publish_time is null;

    grant select, insert on command, outbox to ${runtimeRole};
    grant update (state, answer, intent) on command to ${runtimeRole};
    grant update (producer_sequence, publish_time) on outbox to ${runtimeRole};
  `;
}

/** A later migration of every service: what its first tables cost without need on the path of money. */
export class LeanChassis extends Migration {
  override up(): void {
    this.addSql(`
      -- An intent is opaque here, and gone when it is settled: it is neither parsed nor compressed.
      alter table command alter column intent type bytea using convert_to(intent::text, 'UTF8');
      alter table command alter column intent set storage external;

      -- What is not published yet has no number.
      alter table outbox drop constraint outbox_producer_sequence_key;
      create unique index outbox_published on outbox (producer_sequence) where producer_sequence is not null;
    `);
  }
}

/** A later migration of every service: what the relay and the inbox need. The role is the service's runtime role. */
export function eventPath(runtimeRole: string): new (...args: ConstructorParameters<typeof Migration>) => Migration {
  return class EventPath extends Migration {
    override up(): void {
      this.addSql(`
        -- What is published stands in the stream, and is told by its number: no row is written a second time for it.
        drop index outbox_unpublished;
        alter table outbox drop column publish_time;
        alter table outbox add column previous_sequence bigint;
        alter table outbox add check ((producer_sequence is null) = (previous_sequence is null));
        create index outbox_unnumbered on outbox (event_id) where producer_sequence is null;
        grant update (previous_sequence) on outbox to ${runtimeRole};

        create table relay_partition (
          partition int primary key check (partition between 0 and 7),
          last_sequence bigint not null
        );
        insert into relay_partition select partition, 0 from generate_series(0, 7) as partition;
        grant select, update (last_sequence) on relay_partition to ${runtimeRole};

        create table inbox_partition (
          producer text collate "C" not null,
          partition int not null check (partition between 0 and 7),
          last_sequence bigint not null default 0,
          holder text collate "C",
          lease_until timestamptz,
          primary key (producer, partition),
          check ((holder is null) = (lease_until is null))
        );
        create table inbox_process (
          producer text collate "C" not null,
          holder text collate "C" not null,
          seen_time timestamptz not null,
          primary key (producer, holder)
        );
        create table inbox (
          event_id text collate "C" primary key,
          producer text collate "C" not null,
          producer_sequence bigint not null,
          effect_time timestamptz not null default now(),
          unique (producer, producer_sequence)
        );
        create table parked_event (
          producer text collate "C" not null,
          producer_sequence bigint not null,
          partition int not null,
          event_id text collate "C" not null,
          type text collate "C" not null,
          aggregate_id text collate "C" not null,
          envelope bytea not null,
          -- Empty where it only waits behind another of its aggregate.
          reason text not null,
          park_time timestamptz not null default now(),
          released boolean not null default false,
          primary key (producer, producer_sequence)
        );
        create index parked_event_of_aggregate on parked_event (producer, aggregate_id);
        grant select, insert, update on inbox_partition, inbox_process, parked_event to ${runtimeRole};
        grant delete on inbox_process, parked_event to ${runtimeRole};
        grant select, insert on inbox to ${runtimeRole};
      `);
    }
  };
}

/** A later migration of every service: what operators do about events. The role is the service's runtime role. */
export function eventOperations(
  runtimeRole: string,
): new (
  ...args: ConstructorParameters<typeof Migration>
) => Migration {
  return class EventOperations extends Migration {
    override up(): void {
      this.addSql(`
        -- 0 where it only waits behind another of its aggregate.
        alter table parked_event add column attempts int not null default 0;

        create table dropped_event (
          producer text collate "C" not null,
          producer_sequence bigint not null,
          event_id text collate "C" not null,
          type text collate "C" not null,
          aggregate_id text collate "C" not null,
          envelope bytea not null,
          reason text not null,
          attempts int not null,
          park_time timestamptz not null,
          note text not null,
          actor_id text collate "C" not null,
          approver_id text collate "C" not null,
          drop_time timestamptz not null default now(),
          primary key (producer, producer_sequence)
        );

        -- One row: how far the stream has come, as the relay saw it last, and what operators ask of the relay.
        create table relay_state (
          one boolean primary key default true check (one),
          published_sequence bigint not null default 0,
          seen_time timestamptz,
          republish_from bigint
        );
        insert into relay_state default values;

        grant select, insert on dropped_event to ${runtimeRole};
        grant select, update (published_sequence, seen_time, republish_from) on relay_state to ${runtimeRole};
      `);
    }
  };
}

/** A later migration of every service: vacuum of its tables by what happens to them. */
export class ChassisSettings extends Migration {
  override up(): void {
    this.addSql(`
      -- Both only grow, and every row is written once more, when it is settled or numbered. The index of those that are not
      -- is read all the time, so its dead rows go soon; after the whole table has grown, a part of it would be too many.
      alter table command set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100000);
      alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100000);
    `);
  }
}
