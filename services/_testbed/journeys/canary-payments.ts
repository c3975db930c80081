// Payments to and from other banks, as the bank asks itself for them, with texts that must stand nowhere.
import { newId } from '#chassis/id.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Bank } from '../bank.ts';

/** Makes them, each with fresh texts, and answers what was told. */
export async function payWithCanaries(bank: Bank, fresh: () => string): Promise<string[]> {
  const amount = { currencyCode: 'CZK', amount: '1.00' };
  const debtorIban = 'CZ6508000000192000145399';
  const paymentOrderId = newId('pmo');
  const sent = await bank.as(IntegrationService, 'transaction').sendPayment({
    requestId: paymentOrderId,
    paymentOrderId,
    debtorPartyId: newId('cus'),
    debtorIban,
    creditorIban: 'DE89370400440532013000',
    creditorName: fresh(),
    amount,
    remittanceInformation: fresh(),
    endToEndIdentification: 'E1',
    executionDate: '2026-11-28',
    scheme: 'INSTANT',
  });
  const received = await bank.as(TransactionService, 'integration-inbound').receivePayment({
    requestId: newId('cmd'),
    externalReference: newId('cmd'),
    creditorIban: fresh().slice(0, 34),
    creditorName: fresh(),
    amount,
    debtorIban,
    debtorName: fresh(),
    remittanceInformation: fresh(),
  });
  const screened = await bank.as(CustomerService, 'transaction').screenParties({ names: [fresh(), fresh()] });
  return [sent, received, screened].map((answer) => JSON.stringify(answer));
}
