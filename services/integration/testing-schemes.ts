// What the tests of the line to a scheme share.
import { newId } from '#chassis/id.ts';

/** A payment that transaction hands over. */
export function aPaymentToSend() {
  const paymentOrderId = newId('pmo');
  return {
    requestId: paymentOrderId,
    paymentOrderId,
    debtorPartyId: 'cus_jana',
    debtorIban: 'CZ6508000000192000145399',
    creditorIban: 'DE89370400440532013000',
    creditorName: 'Erika Mustermann',
    amount: { currencyCode: 'EUR', amount: '12.50' },
    remittanceInformation: 'rent',
    endToEndIdentification: 'E1',
    executionDate: '2026-11-28',
    scheme: 'INSTANT',
  };
}
