import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { as, aTransfer, of, there } from '../testing.ts';
import { confirmed } from '../testing-payees.ts';
import { usePayments } from '../testing-payments.ts';

describe('GetPayeeConfirmation', function getPayeeConfirmation() {
  this.timeout(120_000);
  const { bank, payer, teller, mine } = usePayments();

  it('is of a transaction that was ordered by one, and of the customer who has ordered it', async () => {
    const his = await openAccount(bank());
    const payerId = mine().holders[0]?.customerId ?? '';
    const { payeeConfirmationId } = await confirmed(bank(), payerId, his.iban, 'Jana Novotna');
    // Held for review, since nobody scores it here: it is kept with it all the same.
    const held = await payer().transferFunds({ ...aTransfer(mine(), his, '1.00'), payeeConfirmationId });
    const { transactionId } = there(held.transaction);
    const { payeeConfirmation } = await payer().getPayeeConfirmation({ transactionId });
    expect(payeeConfirmation?.payeeConfirmationId).to.equal(payeeConfirmationId);
    const plain = there((await teller().transferFunds(aTransfer(mine(), his, '1.00'))).transaction);
    const none = { transactionId: plain.transactionId };
    await refused(as(bank(), 'AUDITOR').getPayeeConfirmation(none), 'PAYEE_CONFIRMATION_NOT_FOUND');
    const stranger = of(bank(), await registerPerson(bank()));
    await refused(stranger.getPayeeConfirmation({ transactionId }), 'TRANSACTION_NOT_FOUND');
  });
});
