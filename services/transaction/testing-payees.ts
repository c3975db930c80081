// What the tests of payees share.
import { newId } from '#chassis/id.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import { aRequestId, type Callable, of, there } from './testing.ts';

/** Asks as a customer whose an account is. */
export async function confirmed(bank: Callable, customerId: string, iban: string, name: string) {
  const request = { requestId: aRequestId(), iban, name };
  return there((await of(bank, customerId).confirmPayee(request)).payeeConfirmation);
}

/** Notes a payee of a customer, as if they had proved it, whose cooling-off is over; answers the payee's id. */
export async function noted(transaction: TestDatabase, customerId: string, confirmationId: string): Promise<string> {
  const id = newId('pye');
  await transaction.query(
    `insert into payee select $1, customer_id, creditor_account_id, id, name_match, ''::bytea, now(), now() from payee_confirmation
     where id = $2 and customer_id = $3`,
    [id, confirmationId, customerId],
  );
  return id;
}
