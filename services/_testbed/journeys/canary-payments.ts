// Payments to and from other banks, as the bank asks itself for them, with texts that must stand nowhere.
import { randomInt } from 'node:crypto';
import { newId } from '#chassis/id.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { CardUse } from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Bank } from '../bank.ts';
import { cardNumberOf } from '../card-numbers.ts';

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

/** What account is told and asked by transaction, with names and texts that must stand nowhere; answers what was told. */
export async function tellAccountWithCanaries(bank: Bank, fresh: () => string, accountId: string): Promise<string[]> {
  const account = bank.as(AccountService, 'transaction');
  const line = { accountId, journalId: newId('jnl'), counterpartyName: fresh(), remittanceInformation: fresh() };
  const told = await account.recordEntryParticulars({ requestId: newId('cmd'), entries: [line] });
  const amount = { currencyCode: 'CZK', amount: '1.00' };
  const cheque = { accountId, number: 1, amount, payeeName: fresh(), transactionId: newId('txn') };
  // No cheque book was issued.
  const honoured = await account.honourCheque({ requestId: newId('cmd'), ...cheque }).catch(String);
  return [told, honoured].map((answer) => JSON.stringify(answer));
}

/** What is asked of whom a payment is to go to, with numbers and names that must stand nowhere; answers what was told. */
export async function askOfPayeesWithCanaries(bank: Bank, fresh: () => string, customerId: string): Promise<string[]> {
  const account = { case: 'iban' as const, value: fresh().slice(0, 34) };
  const found = await bank.as(AccountService, 'transaction').findAccount({ account }).catch(String);
  const name = fresh();
  const matched = await bank.as(CustomerService, 'transaction').matchName({ customerIds: [customerId], name });
  // There is no scheme that could be asked.
  const payeeConfirmationId = newId('pcf');
  const asked = { payeeConfirmationId, iban: 'DE89370400440532013000', name: fresh() };
  const confirmed = await bank.as(IntegrationService, 'transaction').confirmPayee(asked).catch(String);
  return [found, matched, confirmed].map((answer) => JSON.stringify(answer));
}

/** What is asked by a card, as the bank is asked by its switch, with names of merchants that must stand nowhere; answers what was told. */
export async function askByCardWithCanaries(bank: Bank, fresh: () => string, cardId: string): Promise<string[]> {
  const cardNumber = await cardNumberOf(bank, cardId);
  const found = await bank.as(AccountService, 'transaction').findCard({ cardNumber });
  const network = bank.as(TransactionService, 'integration-inbound');
  const asked = () => ({
    requestId: newId('cmd'),
    key: { acquirer: '1', traceNumber: '000001', transmissionTime: String(1e9 + randomInt(1e9)) },
    cardNumber,
    amount: { currencyCode: 'CZK', amount: '1.00' },
    use: CardUse.PURCHASE,
    merchant: fresh(),
  });
  const authorised = await network.authorizeCard(asked());
  // Its account may be frozen by now, by what else is tried of it.
  const cleared = await network.clearCardPayment(asked()).catch(String);
  return [found, authorised, cleared].map((answer) => {
    // Its version is a bigint, which JSON has no word for.
    return JSON.stringify(answer, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  });
}
