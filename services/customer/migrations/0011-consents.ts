// What customers consent to, and that they did.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class Consents extends Migration {
  override up(): void {
    this.addSql(`
      -- What customers consent to, by purpose; the last of each is in force.
      create table consent_text (
        purpose integer not null check (purpose > 0),
        version integer not null check (version > 0),
        -- Language: text.
        wordings jsonb not null,
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        create_time timestamptz not null,
        primary key (purpose, version)
      );

      -- That a customer gave or withdrew a consent; the last of each purpose counts. Nothing personal but whose it is.
      create table consent (
        customer_id text collate "C" not null references customer,
        purpose integer not null check (purpose > 0),
        version integer not null check (version > 0),
        given boolean not null,
        -- 0: withdrawn while there was no text.
        text_version integer not null check (text_version >= 0 and (text_version > 0 or not given)),
        channel integer not null check (channel > 0),
        author_id text collate "C" not null,
        change_time timestamptz not null,
        primary key (customer_id, purpose, version)
      );
      create index consent_listed on consent (customer_id, change_time, purpose, version);

      -- Nothing is changed or removed.
      grant select, insert on consent_text, consent to ${RUNTIME};
    `);
  }
}
