// The world of the month of a bank: people with accounts, cards, cheques and standing orders, a firm that pays them, other banks and a
// network of cards; and what each of them is to have in the end, kept beside the bank by a model that knows nothing of it.
import { customer, staff } from '#chassis/testing/clients.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type CardSwitchSimulator, startCardSwitchSimulator } from '../../../tools/card-switch-simulator/server.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { integration } from '../../integration/service.ts';
import { transaction } from '../../transaction/service.ts';
import type { Bank } from '../bank.ts';
import { type Beside, startBeside } from '../beside.ts';
import { cardNumberOf } from '../card-numbers.ts';
import { accountsAs, aRequestId, openAccount, payIn, registerPerson } from '../opening.ts';
import { untilDecided } from '../patience.ts';
import { startServiceProcess } from '../service-process.ts';

/** Somebody with an account, and what it is to hold. */
export interface Person {
  readonly customerId: string;
  readonly account: Account;
  readonly cardNumber: string;
  /** What was paid in less what was paid out, in minor units. */
  expected: bigint;
  /** By month, what has gone to other banks and has stayed there, in minor units. */
  readonly paidOut: Map<string, bigint>;
  /** The cheques of the book that are used. */
  cheques: number;
}

/** A payment to another bank, and how it has to end. */
export interface Order {
  readonly paymentOrderId: string;
  final: PaymentOrderState;
}

/** What the scheme knows of its payments. */
export interface Totals {
  readonly positions: Readonly<Record<string, string>>;
  readonly incoming: Readonly<Record<string, { readonly outcome: string; readonly recall?: string }>>;
}

/** The bank, and all around it. */
export interface World {
  readonly bank: Bank;
  readonly beside: Beside;
  readonly network: CardSwitchSimulator;
  readonly people: readonly Person[];
  readonly orders: Order[];
  /** What cheques have brought through the clearing, or, negative, taken, which the scheme knows nothing of. */
  readonly cheques: bigint[];
  /** What came for nobody, in minor units, by whom it is to go to: nobody where it goes back. */
  readonly strays: { readonly minor: bigint; readonly to: Person | undefined }[];
  /** Has the scheme do something: `pay`, `recall` or `statement`. */
  scheme(what: string, how: object): Promise<void>;
  totals(): Promise<Totals>;
  stop(): Promise<void>;
}

const CHEQUES = 100;

/** An amount in minor units as a decimal of CZK. */
export const koruny = (minor: bigint): string => {
  const digits = String(minor).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** An amount in minor units as money. */
export const czk = (minor: bigint) => ({ currencyCode: 'CZK', amount: koruny(minor) });

/** Starts what is around a bank, and has so many people move in, each with so much. */
export async function startWorld(bank: Bank, count: number, opening: bigint): Promise<World> {
  const port = await randomFreePort();
  const url = `http://127.0.0.1:${port}`;
  const own = { SCHEME_SIMULATOR_PORT: String(port), SIMULATOR_PORT: String(port) };
  const simulator = await startServiceProcess('scheme_simulator', own, 'tools/scheme-simulator/main.ts');
  const network = await startCardSwitchSimulator();
  const beside = await startBeside(bank, [integration, transaction], {
    PAYMENT_SCHEMES: 'CZK:INSTANT',
    SCHEME_URL: url,
    SCHEME_ASK_SECONDS: '1',
    CARD_SWITCH_ADDRESS: network.address,
  });
  const people: Person[] = [];
  for (let one = 0; one < count; one += 1) people.push(await movedIn(bank, opening));
  return {
    bank,
    beside,
    network,
    people,
    orders: [],
    cheques: [],
    strays: [],
    async scheme(what, how) {
      const answer = await fetch(`${url}/control/${what}`, { method: 'POST', body: JSON.stringify(how) });
      if (!answer.ok) throw new Error(`the scheme does not ${what}: ${await answer.text()}`);
    },
    totals: async () => (await (await fetch(`${url}/control/totals`)).json()) as Totals,
    async stop() {
      await beside.stop();
      await network.stop();
      await simulator.kill();
    },
  };
}

async function movedIn(bank: Bank, opening: bigint): Promise<Person> {
  const customerId = await registerPerson(bank);
  const account = await openAccount(bank, { owners: [customerId] });
  const { accountId } = account;
  await payIn(bank, account, koruny(opening));
  const office = accountsAs(bank, 'BACK_OFFICE');
  await accountsAs(bank, 'TELLER').issueChequeBook({ requestId: aRequestId(), accountId, leafCount: CHEQUES });
  const { card } = await office.issueCard({ requestId: aRequestId(), accountId, customerId });
  const cardId = card?.cardId ?? '';
  await bank.asPrincipal(AccountService, customer(customerId)).activateCard({ requestId: aRequestId(), cardId });
  const cardNumber = await cardNumberOf(bank, cardId);
  return { customerId, account, cardNumber, expected: opening, paidOut: new Map(), cheques: 0 };
}

/** The services that die, as whoever calls them. Made anew for each call: the one of before may have died with its service. */
export const callers = ({ beside }: Pick<World, 'beside'>) => ({
  payer: ({ customerId }: Person) => beside.asPrincipal(TransactionService, customer(customerId)),
  files: ({ customerId }: Person) => beside.asPrincipal(IntegrationService, customer(customerId)),
  clearing: () => beside.as(TransactionService, 'integration-inbound'),
  desk: () => beside.asPrincipal(TransactionService, staff('BACK_OFFICE')),
  teller: () => beside.asPrincipal(TransactionService, staff('TELLER')),
  line: () => beside.asPrincipal(IntegrationService, staff('BACK_OFFICE')),
  executor: () => {
    const actor = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
    return beside.asPrincipal(TransactionService, actor, { workload: 'security-executor' });
  },
});

/** The open business date. */
export async function today({ bank }: Pick<World, 'bank'>): Promise<string> {
  const { openDate } = await untilDecided(() => bank.as(LedgerService, 'transaction').getBusinessDate({}));
  return openDate;
}

/** What is booked on an account of the bank's own, in minor units. */
export async function booked({ bank }: Pick<World, 'bank'>, ledgerAccountId: string): Promise<bigint> {
  const { balances } = await bank.as(LedgerService, 'transaction').getBalances({ ledgerAccountIds: [ledgerAccountId] });
  return BigInt(balances[0]?.booked?.amount.replace('.', '') ?? '0');
}

/** Does something once, whoever dies meanwhile: `ask` is given the key of the command. */
export function once<T>(ask: (requestId: string) => Promise<T>): Promise<T> {
  const requestId = aRequestId();
  return untilDecided(() => ask(requestId));
}
