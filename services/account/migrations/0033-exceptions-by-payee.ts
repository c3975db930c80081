// What an issuer says of a cheque that is not as they told holds for the payee that it was presented for.
import { Migration } from '@mikro-orm/migrations';

export class ExceptionsByPayee extends Migration {
  override up(): void {
    this.addSql(`
      -- The payee as a keyed hash; null where none is named, and for what was asked before.
      alter table cheque_exception
        add column payee_hash bytea,
        drop constraint cheque_exception_account_id_number_amount_key;
      create unique index cheque_exception_of_cheque
        on cheque_exception (account_id, number, amount, coalesce(payee_hash, ''));
    `);
  }
}
