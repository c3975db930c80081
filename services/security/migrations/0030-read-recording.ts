// Of which reads of personal data how many are recorded.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class ReadRecording extends Migration {
  override up(): void {
    this.addSql(`
      -- Every policy there was. The one of the highest version is in force; without any, the one in the code.
      create table read_recording_policy (
        version integer primary key check (version > 0),
        -- bank.security.v1.ReadRecordingPolicy, as JSON.
        policy jsonb not null,
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        create_time timestamptz not null
      );
      grant select, insert on read_recording_policy to ${RUNTIME};
    `);
  }
}
