// What the tests of payments to and from other banks share: a bank without a scheme, in which somebody has money, and what the scheme would say.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '#chassis/call.ts';
import { staff } from '#chassis/testing/clients.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { SanctionsFileKind, SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { type PaymentOrder, PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Bank, useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount, payIn, registerPerson } from '../_testbed/opening.ts';
import { aRequestId, as, czk, of, there } from './testing.ts';

/** An account of another bank. */
export const ELSEWHERE = 'DE89370400440532013000';
/** A number of this country, of a bank that is not this one. */
export const NOBODYS = 'CZ6508000000192000145399';

/** Who stands where: the payer has an account with 1,000.00, the stranger nothing to do with it. */
export interface Payers {
  bank(): Bank;
  payer(): Client<typeof TransactionService>;
  /** A teller, who orders what nobody scores. */
  teller(): Client<typeof TransactionService>;
  /** What integration says. */
  scheme(): Client<typeof TransactionService>;
  mine(): Account;
}

/** Starts a bank for the tests of a `describe`, and checks the laws of the ledger after each. */
export function usePayments(): Payers {
  // There is no security service here: what a customer orders is held from the smallest amount on.
  const environment = { PAYMENT_SCHEMES: 'CZK:INSTANT', UNSCORED_AMOUNTS: 'CZK:0.00:50000' };
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account', 'transaction'], environment });
  let mine: Account | undefined;
  let jana = '';
  before('an account', async () => {
    jana = await registerPerson(bank());
    mine = await openAccount(bank(), { owners: [jana] });
    await payIn(bank(), mine, '1000.00');
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));
  return {
    bank,
    payer: () => of(bank(), jana),
    teller: () => as(bank(), 'TELLER'),
    scheme: () => bank().as(TransactionService, 'integration-inbound'),
    mine: () => there(mine),
  };
}

/** Somebody who is on the list that `sanction` imports, and how the list calls them. */
export const SANCTIONED = 'Wladimir Igorewitsch Zhirkovsky';
const LISTED = '101,"ZHIRKOVSKY, Vladimir Igorevich","individual","TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n';

/** Imports a sanctions list with one party. */
export async function sanction(bank: Bank): Promise<void> {
  const officer = bank.asPrincipal(CustomerService, staff('COMPLIANCE'));
  const part = { requestId: aRequestId(), content: Buffer.from(LISTED) };
  const { partDigest } = await officer.uploadSanctionsPart(part);
  const nothing = await officer.uploadSanctionsPart({ requestId: aRequestId(), content: Buffer.from('\r\n') });
  const files = [
    { kind: SanctionsFileKind.OFAC_SDN, partDigests: [partDigest] },
    { kind: SanctionsFileKind.OFAC_ALT, partDigests: [nothing.partDigest] },
    { kind: SanctionsFileKind.OFAC_ADD, partDigests: [nothing.partDigest] },
  ];
  await officer.importSanctionsList({ requestId: aRequestId(), list: SanctionsList.OFAC_SDN, files });
}

/** Lets customer not read the sanctions lists while something is done. */
export async function withoutLists(bank: Bank, work: () => Promise<void>): Promise<void> {
  const { query } = bank.database('customer');
  await query('alter table sanctions_list_version rename to sanctions_list_version_away');
  try {
    await work();
  } finally {
    await query('alter table sanctions_list_version_away rename to sanctions_list_version');
  }
}

/** A request to pay to another bank. */
export function aPayment({ accountId: debtorAccountId }: Pick<Account, 'accountId'>, amount = '100.00') {
  const creditor = { creditorIban: ELSEWHERE, creditorName: 'Erika Mustermann' };
  return { requestId: aRequestId(), debtorAccountId, ...creditor, amount: czk(amount), remittanceInformation: 'rent' };
}

/** A day long before the execution of which nothing happens. */
export async function inDays(bank: Bank, days: number): Promise<string> {
  const [row] = await bank
    .database('ledger')
    .query<{ date: string }>(`select (max(date) + ${days})::text as date from business_day where state = 'open'`);
  return there(row).date;
}

/** What comes in from another bank. */
export function aReceipt(creditorIban: string, amount = '50.00') {
  const externalReference = aRequestId();
  const debtor = { debtorIban: ELSEWHERE, debtorName: 'Erika Mustermann', remittanceInformation: 'invoice 7' };
  const creditor = { creditorIban, creditorName: 'Jana Novotna' };
  return {
    requestId: externalReference,
    externalReference,
    ...creditor,
    ...debtor,
    amount: czk(amount),
    endToEndIdentification: 'E1',
  };
}

/** The states that a payment went through, with the reasons that it had. */
export function lifeOfPayment({ changes }: PaymentOrder): string[] {
  const word = (state: PaymentOrderState) =>
    Object.entries(PaymentOrderState).find(([, value]) => value === state)?.[0];
  return changes.map(({ state, reason, isoReason }) => [word(state), reason, isoReason].filter(Boolean).join(' '));
}

const PATIENCE_MS = 60_000;

/** A payment once it is in a state. */
export async function untilIn(
  client: Client<typeof TransactionService>,
  paymentOrderId: string,
  state: PaymentOrderState,
): Promise<PaymentOrder> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const paymentOrder = there((await client.getPaymentOrder({ paymentOrderId })).paymentOrder);
    if (paymentOrder.state === state) return paymentOrder;
    if (Date.now() > end) throw new Error(`the payment is ${lifeOfPayment(paymentOrder).join(', ')}`);
  }
}
