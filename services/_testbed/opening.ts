// Customers and accounts for tests, made through the contracts as a teller makes them.
import { randomBytes } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Client } from '#chassis/call.ts';
import type { Refusal } from '#chassis/errors.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { customer, staff } from '#chassis/testing/clients.ts';
import { type Account, AccountType, HolderRole } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService, type OpenAccountRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Bank, BankOptions } from './bank.ts';

/** As much of the bank as accounts need. */
export const ACCOUNT_BANK: BankOptions = { edge: false, services: ['ledger', 'customer', 'account'] };

/** Terms of an account that differ from an individual's current account in CZK. */
export type Opening = Omit<
  Exclude<MessageInitShape<typeof OpenAccountRequestSchema>, { $typeName: string }>,
  'holders'
> & {
  readonly owners?: readonly string[];
  readonly disponents?: readonly string[];
};

/** A request_id that nobody else uses. */
export function aRequestId(what = 'test'): string {
  return `${what}-${randomBytes(8).toString('hex')}`;
}

/** All that a refusal tells its caller, to be compared with another. */
export function told({ code, reason, domain, message, metadata, violations }: Refusal) {
  return { code, reason, domain, message, metadata, violations };
}

/** Registers a person, of a branch if told so, and answers the customer's id. */
export async function registerPerson(bank: Bank, branchId = ''): Promise<string> {
  const { customer: registered } = await bank.asPrincipal(CustomerService, staff('TELLER')).registerCustomer({
    requestId: aRequestId('person'),
    party: { case: 'person', value: { givenName: 'Jana', familyName: 'Novotna', birthDate: '1985-02-28' } },
    residenceCountryCode: 'CZ',
    branchId,
  });
  return registered?.customerId ?? '';
}

/** Registers an organisation, and answers the customer's id. */
export async function registerOrganisation(bank: Bank): Promise<string> {
  const { customer: registered } = await bank.asPrincipal(CustomerService, staff('TELLER')).registerCustomer({
    requestId: aRequestId('organisation'),
    party: { case: 'organisation', value: { legalName: 'Pekarna U Mostu s.r.o.', registrationDate: '2001-05-17' } },
    residenceCountryCode: 'CZ',
  });
  return registered?.customerId ?? '';
}

/** Ends the relationship with a customer. */
export async function deactivate(bank: Bank, customerId: string): Promise<void> {
  const request = { requestId: aRequestId('deactivate'), customerId };
  await bank.asPrincipal(CustomerService, staff('BACK_OFFICE')).deactivateCustomer(request);
}

/** What a request to open an account is, unless it says otherwise. */
export function anOpening({ owners = [], disponents = [], ...terms }: Opening) {
  return {
    requestId: aRequestId('open'),
    type: AccountType.INDIVIDUAL,
    productId: 'prd_current_czk',
    holders: [
      ...owners.map((customerId) => ({ customerId, role: HolderRole.OWNER })),
      ...disponents.map((customerId) => ({ customerId, role: HolderRole.DISPONENT })),
    ],
    ...terms,
  };
}

/** Opens an account as back office; without owners, of a new person. */
export async function openAccount(bank: Bank, { owners, ...opening }: Opening = {}): Promise<Account> {
  const holding = owners ?? [await registerPerson(bank)];
  const client = bank.asPrincipal(AccountService, staff('BACK_OFFICE'));
  const { account } = await client.openAccount(anOpening({ owners: holding, ...opening }));
  if (!account) throw new Error('no account was opened');
  return account;
}

/** The account service as a customer sees it. */
export function accountsOf(bank: Bank, customerId: string): Client<typeof AccountService> {
  return bank.asPrincipal(AccountService, customer(customerId));
}

/** The account service as staff with these roles see it. */
export function accountsAs(bank: Bank, ...roles: Parameters<typeof staff>): Client<typeof AccountService> {
  return bank.asPrincipal(AccountService, staff(...roles));
}

/** Pays cash in, straight through the ledger; a negative amount out. Answers the id of its journal. */
export async function payIn(bank: Bank, account: Account, amount: string, onDate?: string): Promise<string> {
  const { currencyCode } = account;
  const ledger = bank.as(LedgerService, 'transaction');
  const cash = `lac_cash_${currencyCode.toLowerCase()}`;
  await ledger.openLedgerAccount({
    requestId: cash,
    ledgerAccountId: cash,
    currencyCode,
    normalSide: Side.DEBIT,
    generalLedgerCode: '1010',
  });
  const outwards = amount.startsWith('-');
  const money = { currencyCode, amount: amount.replace('-', '') };
  const journalId = newId('jnl');
  const paid = outwards ? JournalKind.WITHDRAWAL : JournalKind.DEPOSIT;
  const customersId = deriveId('lac', account.accountId);
  const { outcomes } = await ledger.postJournals({
    journals: [
      {
        journalId,
        kind: onDate ? JournalKind.MIGRATION : paid,
        ...(onDate && { bookingDate: onDate }),
        legs: [
          { ledgerAccountId: outwards ? customersId : cash, side: Side.DEBIT, amount: money },
          { ledgerAccountId: outwards ? cash : customersId, side: Side.CREDIT, amount: money },
        ],
      },
    ],
  });
  const [outcome] = outcomes;
  if (outcome?.result.case !== 'posted') throw new Error(`not posted: ${outcome?.result.value?.detail?.reason ?? ''}`);
  return journalId;
}

/** Authorises an amount from one account to another, straight through the ledger. Answers the id of the hold. */
export async function placeHold(bank: Bank, payer: Account, payee: Account, amount: string): Promise<string> {
  const holdId = newId('hld');
  const { outcomes } = await bank.as(LedgerService, 'transaction').placeHolds({
    holds: [
      {
        holdId,
        kind: JournalKind.TRANSFER,
        debitLedgerAccountId: deriveId('lac', payer.accountId),
        creditLedgerAccountId: deriveId('lac', payee.accountId),
        amount: { currencyCode: payer.currencyCode, amount },
        expireTime: timestampFromMs(Date.now() + 3_600_000),
      },
    ],
  });
  const [outcome] = outcomes;
  if (outcome?.result.case !== 'placed') throw new Error(`not placed: ${outcome?.result.value?.detail?.reason ?? ''}`);
  return holdId;
}
