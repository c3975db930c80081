// Reads of personal data are records of a kind of their own. Partitions have the check each for itself.
import { Migration } from '@mikro-orm/migrations';

export class Reads extends Migration {
  override up(): void {
    this.addSql(`
      do $$
      declare
        month regclass;
      begin
        alter table audit_record drop constraint audit_record_kind_check;
        for month in select inhrelid from pg_inherits where inhparent = 'audit_record'::regclass loop
          execute format('alter table %s drop constraint if exists audit_record_kind_check', month);
        end loop;
        alter table audit_record add constraint audit_record_kind_check
          check (kind in ('COMMAND', 'REFUSED_ACCESS', 'REFUSED_LOGIN', 'PERSONAL_DATA_READ'));
      end $$;
    `);
  }
}
