// What the tests of this service order, through the contract, in whatever bank they run.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DescService } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Client } from '#chassis/call.ts';
import { customer, staff, staffAt } from '#chassis/testing/clients.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { type Hold, HoldState } from '#gen/bank/transaction/v1/hold_pb.ts';
import type { Transaction } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';

/** A bank under test, as far as it is called here. */
export interface Callable {
  asPrincipal<S extends DescService>(
    service: S,
    actor: Actor,
    options?: { readonly workload?: 'edge' | 'security-executor' },
  ): Client<S>;
}

type Accounted = Pick<Account, 'accountId' | 'currencyCode'>;

/** A request_id that nobody else uses. */
export function aRequestId(): string {
  return `test-${randomBytes(8).toString('hex')}`;
}

/** An amount in CZK. */
export function czk(amount: string) {
  return { currencyCode: 'CZK', amount };
}

/** The service as staff with these roles see it. */
export function as(bank: Callable, ...roles: Parameters<typeof staff>): Client<typeof TransactionService> {
  return bank.asPrincipal(TransactionService, staff(...roles));
}

/** The service as staff of a branch see it. */
export function at(bank: Callable, ...who: Parameters<typeof staffAt>): Client<typeof TransactionService> {
  return bank.asPrincipal(TransactionService, staffAt(...who));
}

/** The service as it is called for staff with these roles when somebody else has approved it. */
export function approved(bank: Callable, ...roles: Parameters<typeof staff>): Client<typeof TransactionService> {
  return executed(bank, staff(...roles));
}

/** The service as it is called for a member of staff when somebody else has approved it. */
export function executed(bank: Callable, maker: Actor): Client<typeof TransactionService> {
  return bank.asPrincipal(
    TransactionService,
    { ...maker, approverId: 'stf_checker' },
    { workload: 'security-executor' },
  );
}

/** The service as a customer sees it. */
export function of(bank: Callable, customerId: string): Client<typeof TransactionService> {
  return bank.asPrincipal(TransactionService, customer(customerId));
}

/** Pays cash in, and answers the transaction. */
export async function deposit(bank: Callable, account: Accounted, amount: string): Promise<Transaction> {
  const { accountId: creditorAccountId, currencyCode } = account;
  const request = { requestId: aRequestId(), creditorAccountId, amount: { currencyCode, amount } };
  return there((await as(bank, 'TELLER').depositCash(request)).transaction);
}

/** A request to transfer money by account ids. */
export function aTransfer(debtor: Accounted, creditor: Accounted, amount: string) {
  return {
    requestId: aRequestId(),
    debtorAccountId: debtor.accountId,
    creditor: { case: 'creditorAccountId' as const, value: creditor.accountId },
    amount: { currencyCode: debtor.currencyCode, amount },
  };
}

/** Transfers money as a teller, and answers the transaction. */
export async function transfer(bank: Callable, debtor: Accounted, creditor: Accounted, amount: string) {
  return there((await as(bank, 'TELLER').transferFunds(aTransfer(debtor, creditor, amount))).transaction);
}

const AN_HOUR_MS = 3_600_000;

/** A request to keep money for an hour. */
export function aHold(debtor: Accounted, creditor: Accounted, amount: string) {
  return { ...aTransfer(debtor, creditor, amount), expireTime: timestampFromMs(Date.now() + AN_HOUR_MS) };
}

/** Keeps money as a teller, and answers the hold. */
export async function placed(bank: Callable, debtor: Accounted, creditor: Accounted, amount: string): Promise<Hold> {
  return there((await as(bank, 'TELLER').placeHold(aHold(debtor, creditor, amount))).hold);
}

/** A hold in short: `OPEN 100.00 captured 40.00 held 60.00`. */
export function holdInShort(hold: Hold | undefined): string {
  const { state = HoldState.UNSPECIFIED, amount, captured, held } = hold ?? {};
  const word = Object.entries(HoldState).find(([, value]) => value === state)?.[0];
  return `${word} ${amount?.amount} captured ${captured?.amount} held ${held?.amount}`;
}

/** What is booked, held, pending in and available of an account, in short. */
export async function balancesOf(bank: Callable, { accountId }: Accounted): Promise<string> {
  const client = bank.asPrincipal(AccountService, staff('TELLER'));
  const { booked, held, pendingIn, available } = await client.getAccountBalance({ accountId });
  return `booked ${booked?.amount} held ${held?.amount} in ${pendingIn?.amount} available ${available?.amount}`;
}

/** The booked balance of an account. */
export async function balanceOf(bank: Callable, { accountId }: Accounted): Promise<string> {
  const client = bank.asPrincipal(AccountService, staff('TELLER'));
  return (await client.getAccountBalance({ accountId })).booked?.amount ?? '';
}

/** The booked balance of an account, in minor units. */
export async function minorOf(bank: Callable, account: Accounted): Promise<bigint> {
  return BigInt((await balanceOf(bank, account)).replace('.', ''));
}

/** What is there; throws when it is not. */
export function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer holds nothing');
  return value;
}

/** Every row of every table, as text; bytes as hexadecimal digits. */
export async function dump(database: TestDatabase): Promise<string> {
  // What was answered a moment ago may still have to be settled.
  while ((await database.query(`select from command where state = 'planned'`)).length > 0) await sleep(5);
  while ((await database.query('select from untold_particulars')).length > 0) await sleep(5);
  const tables = await database.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by tablename`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => database.query<{ row: string }>(`select t::text as row from ${name} t`)),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}
