// Customers who were merged into others: whom the survivor trusts and has paid, and with what they log in.
import { Migration } from '@mikro-orm/migrations';
import { mergedParties, movesParty } from '#chassis/merged-parties.ts';

const RUNTIME = 'security_runtime';

export class MergedCustomers extends Migration {
  override up(): void {
    this.addSql(mergedParties(RUNTIME));
    this.addSql(
      movesParty(
        RUNTIME,
        `
      update trusted_payee t set customer_id = survivor where customer_id = merged and not exists (
        select from trusted_payee o where o.customer_id = survivor and o.account_id = t.account_id
      );
      delete from trusted_payee where customer_id = merged;
      insert into payee (payer_id, account_id) select survivor, account_id from payee where payer_id = merged
      on conflict do nothing;
      insert into device (customer_id, hash, first_time) select survivor, hash, first_time from device where customer_id = merged
      on conflict do nothing;
      -- What would make another login for them.
      update enrolment_code set used = true where party_id = merged;
        `,
      ),
    );
  }
}
