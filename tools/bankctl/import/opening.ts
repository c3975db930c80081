// Registers the clients and opens the accounts. Keys are made of the other bank's ids, so that a second import finds what
// the first one made.
import { Code, ConnectError } from '@connectrpc/connect';
import { AccountType, HolderRole } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { type Customer, CustomerState, type Identifier, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Bank } from '../bank.ts';
import { Exit, Failure } from '../failure.ts';
import { inParallel } from '../parallel.ts';
import type { Progress } from '../progress.ts';
import { reasonOf } from '../refusals.ts';
import { SOURCE } from './naming.ts';
import type { Account, Client, Parties } from './parties.ts';
import { patiently } from './patience.ts';

const PRODUCT = 'prd_current_czk';
const BUSINESS_PRODUCT = 'prd_business_czk';
const COUNTRY = 'CZ';
const CALLS = 64;

/** Accounts on their way: the bank's by the ids of the other bank's, in the order in which they are opened. */
export interface Opening {
  readonly accounts: ReadonlyMap<string, Promise<string>>;
  /** Until all are open and all clients are registered. Throws what one of them was refused for, which then never opens. */
  readonly done: Promise<void>;
}

/** Registers all clients and opens all accounts, ready to take history; an account as soon as its holders are registered. */
export function openAll(bank: Bank, { clients, accounts }: Parties, progress: Progress): Opening {
  const registered = new Map<string, Promise<string>>();
  const customerOf = (client: Client): Promise<string> => {
    const under = registered.get(client.id) ?? patiently(() => register(bank, client));
    if (!registered.has(client.id))
      void under.then(
        () => progress.advance(1),
        () => {},
      );
    registered.set(client.id, under);
    return under;
  };
  const opened = new Map([...accounts.keys()].map((id) => [id, Promise.withResolvers<string>()]));
  async function openEach(): Promise<void> {
    await inParallel([...accounts.values()], CALLS, async (account) => {
      const holders = account.holders.flatMap(({ clientId }) => clients.get(clientId) ?? []);
      const customers = new Map(
        await Promise.all(holders.map(async (client) => [client.id, await customerOf(client)] as const)),
      );
      opened.get(account.id)?.resolve(await patiently(() => open(bank, account, clients, customers)));
      progress.advance(1);
    });
    // Those who hold nothing.
    await inParallel([...clients.values()], CALLS, customerOf);
  }
  return { accounts: new Map([...opened].map(([id, { promise }]) => [id, promise])), done: openEach() };
}

async function register(bank: Bank, client: Client): Promise<string> {
  const customers = bank.client(CustomerService);
  const number = `${SOURCE}-${client.id}`;
  try {
    const { customer } = await customers.registerCustomer({
      requestId: `import-client-${client.id}`,
      party: partyOf(client),
      identifiers: [{ kind: IdentifierKind.MIGRATION, value: number }],
      residenceCountryCode: COUNTRY,
      branchId: client.district,
    });
    return customer?.customerId ?? '';
  } catch (error) {
    // Registered by somebody else, or with other particulars: who holds the number is the same client, if born on the same day.
    if (!isThereAlready(error)) throw refusedAt(client.place, `client ${client.id}`, error);
    const found = (await customers.listCustomers({ identifier: number })).customers.filter((one) => holds(one, number));
    const [holder] = found;
    if (!holder || found.length > 1) throw refusedAt(client.place, `client ${client.id}`, error);
    checkSame(client, holder);
    return holder.customerId;
  }
}

/** A number is found whatever the kind of the identifier: only one of a migration, which back office gave, says who it is. */
function holds({ state, identifiers }: Customer, number: string): boolean {
  const isNumber = ({ kind, value }: Identifier): boolean => kind === IdentifierKind.MIGRATION && value === number;
  return state === CustomerState.ACTIVE && identifiers.some(isNumber);
}

/** Refuses a customer who is not the client: their accounts would go to somebody else. The days are personal, and not told. */
function checkSame({ id, place, party }: Client, { customerId, party: registered }: Customer): void {
  const isPerson = party.kind === 'person';
  const same = isPerson
    ? registered.case === 'person' && registered.value.birthDate === party.birthDate
    : registered.case === 'organisation' && registered.value.registrationDate === party.registrationDate;
  if (same) return;
  const what = isPerson ? 'birth_date' : 'registration_date';
  const why = `${customerId} is registered under its number, but not with the ${what} of the file`;
  throw new Failure(Exit.REFUSED, `${place}: client ${id} is not taken over: ${why}.`);
}

function partyOf({ party }: Client) {
  if (party.kind === 'organisation') {
    const { legalName, registrationDate } = party;
    return { case: 'organisation', value: { legalName, registrationDate } } as const;
  }
  const { givenName, familyName, birthDate } = party;
  return { case: 'person', value: { givenName, familyName, birthDate } } as const;
}

async function open(
  bank: Bank,
  { id, place, district, frequency, holders }: Account,
  clients: Parties['clients'],
  customers: ReadonlyMap<string, string>,
): Promise<string> {
  const type = typeOf(holders, clients);
  try {
    const { account } = await bank.client(AccountService).openAccount({
      requestId: `import-account-${id}`,
      type,
      productId: type === AccountType.BUSINESS ? BUSINESS_PRODUCT : PRODUCT,
      holders: holders.map(({ clientId, role }) => ({
        customerId: customers.get(clientId) ?? '',
        role: HolderRole[role],
      })),
      branchId: district,
      statementFrequency: frequency,
      migrating: true,
    });
    return account?.accountId ?? '';
  } catch (error) {
    throw refusedAt(place, `account ${id}`, error);
  }
}

function typeOf(holders: Account['holders'], clients: Parties['clients']): AccountType {
  const owners = holders.filter(({ role }) => role === 'OWNER');
  const [first] = owners;
  if (first && clients.get(first.clientId)?.party.kind === 'organisation') return AccountType.BUSINESS;
  return owners.length > 1 ? AccountType.JOINT : AccountType.INDIVIDUAL;
}

function isThereAlready(error: unknown): boolean {
  return ['IDENTIFIER_TAKEN', 'REQUEST_EXISTS'].includes(reasonOf(error) ?? '');
}

/** A refusal, told with the line of the file that it is about; anything else as it is. */
function refusedAt(place: string, what: string, error: unknown): unknown {
  const reason = reasonOf(error);
  const passing = [Code.Unavailable, Code.DeadlineExceeded, Code.Aborted, Code.Internal, Code.ResourceExhausted];
  if (!(error instanceof ConnectError) || reason === undefined || passing.includes(error.code)) return error;
  const why =
    reason === 'REQUEST_EXISTS'
      ? 'it was imported before with other particulars than the file has now'
      : error.rawMessage;
  return new Failure(Exit.REFUSED, `${place}: the bank refuses ${what}: ${why} (${reason}).`);
}
