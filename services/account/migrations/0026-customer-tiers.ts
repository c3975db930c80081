// Of which tiers customers are, and what these allow, as the customer service has told it.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class CustomerTiers extends Migration {
  override up(): void {
    this.addSql(`
      -- Empty: they are exempt, and may do everything.
      alter table customer_standing add column tier_code text collate "C" not null default '';
      -- A tier, as the last version of the tiers that has it.
      create table kyc_tier (
        code text collate "C" primary key,
        version integer not null,
        -- bank.customer.v1.KycTier.
        terms jsonb not null
      );
      grant select, insert, update on kyc_tier to ${RUNTIME};
    `);
  }
}
