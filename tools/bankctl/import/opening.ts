// Registers the clients and opens the accounts. Keys are made of the other bank's ids, so that a second import finds what
// the first one made.
import { AccountType, HolderRole } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { type Customer, CustomerState, type Identifier, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Refusal } from '#gen/bank/type/v1/error_pb.ts';
import type { Bank } from '../bank.ts';
import { Exit, Failure } from '../failure.ts';
import { batchesOf, inParallel } from '../parallel.ts';
import type { Progress } from '../progress.ts';
import { SOURCE } from './naming.ts';
import type { Account, Client, Parties } from './parties.ts';
import { patiently, settleAll } from './patience.ts';

const PRODUCT = 'prd_current_czk';
const BUSINESS_PRODUCT = 'prd_business_czk';
const COUNTRY = 'CZ';
/** So many go in one call, of clients or of accounts: the first accounts shall soon take their history. */
const BATCH = 50;
const CALLS = 2;

/** Accounts on their way: the bank's by the ids of the other bank's, in the order in which they are opened. */
export interface Opening {
  readonly accounts: ReadonlyMap<string, Promise<string>>;
  /** The same once all are open and all clients are registered. Throws what one of them was refused for, which then never opens. */
  readonly all: Promise<ReadonlyMap<string, string>>;
}

/** Registers all clients and opens all accounts, ready to take history; accounts as soon as their holders are registered. */
export function openAll(bank: Bank, { clients, accounts }: Parties, progress: Progress): Opening {
  const registered = new Map<string, Promise<string>>();
  const opened = new Map([...accounts.keys()].map((id) => [id, Promise.withResolvers<string>()]));

  /** The bank's customers of clients, who are registered where nobody has begun to. */
  async function customersOf(wanted: readonly Client[]): Promise<Map<string, string>> {
    for (const batch of batchesOf(
      wanted.filter(({ id }) => !registered.has(id)),
      BATCH,
    )) {
      const customers = registerAll(bank, batch);
      batch.forEach(({ id }, index) => {
        registered.set(
          id,
          customers.then((ids) => ids[index] ?? ''),
        );
      });
      void customers.then(
        () => progress.advance(batch.length),
        () => {},
      );
    }
    return new Map(await Promise.all(wanted.map(async ({ id }) => [id, (await registered.get(id)) ?? ''] as const)));
  }

  async function openEach(): Promise<ReadonlyMap<string, string>> {
    await inParallel(batchesOf([...accounts.values()], BATCH), CALLS, async (batch) => {
      const holders = batch.flatMap((account) =>
        account.holders.flatMap(({ clientId }) => clients.get(clientId) ?? []),
      );
      const ids = await openBatch(bank, batch, clients, await customersOf([...new Set(holders)]));
      batch.forEach(({ id }, index) => {
        opened.get(id)?.resolve(ids[index] ?? '');
      });
      progress.advance(batch.length);
    });
    // Those who hold nothing.
    await customersOf([...clients.values()]);
    return new Map(await Promise.all([...opened].map(async ([id, { promise }]) => [id, await promise] as const)));
  }
  return { accounts: new Map([...opened].map(([id, { promise }]) => [id, promise])), all: openEach() };
}

async function registerAll(bank: Bank, clients: readonly Client[]): Promise<string[]> {
  const service = bank.client(CustomerService);
  const outcomes = await settleAll(clients, 'clients could not be registered', async (left) => {
    return (await service.batchRegisterCustomers({ customers: left.map(registrationOf) })).outcomes;
  });
  return Promise.all(
    clients.map(async (client, index) => {
      const { customer, refusal } = outcomes[index] ?? {};
      return refusal ? findRegistered(bank, client, refusal) : (customer?.customerId ?? '');
    }),
  );
}

function registrationOf(client: Client) {
  return {
    requestId: `import-client-${client.id}`,
    party: partyOf(client),
    identifiers: [{ kind: IdentifierKind.MIGRATION, value: numberOf(client) }],
    residenceCountryCode: COUNTRY,
    branchId: client.district,
  };
}

function numberOf({ id }: Client): string {
  return `${SOURCE}-${id}`;
}

/** Registered by somebody else, or with other particulars: who holds the number is the same client, if born on the same day. */
async function findRegistered(bank: Bank, client: Client, refusal: Refusal): Promise<string> {
  const refused = refusedAt(client.place, `client ${client.id}`, refusal);
  if (!['IDENTIFIER_TAKEN', 'REQUEST_EXISTS'].includes(refusal.detail?.reason ?? '')) throw refused;
  const number = numberOf(client);
  const { customers } = await patiently(() => bank.client(CustomerService).listCustomers({ identifier: number }));
  const found = customers.filter((one) => holds(one, number));
  const [holder] = found;
  if (!holder || found.length > 1) throw refused;
  checkSame(client, holder);
  return holder.customerId;
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

async function openBatch(
  bank: Bank,
  accounts: readonly Account[],
  clients: Parties['clients'],
  customers: ReadonlyMap<string, string>,
): Promise<string[]> {
  const service = bank.client(AccountService);
  const outcomes = await settleAll(accounts, 'accounts could not be opened', async (left) => {
    return (await service.batchOpenAccounts({ accounts: left.map((one) => openingOf(one, clients, customers)) }))
      .outcomes;
  });
  return accounts.map(({ id, place }, index) => {
    const { account, refusal } = outcomes[index] ?? {};
    if (refusal) throw refusedAt(place, `account ${id}`, refusal);
    return account?.accountId ?? '';
  });
}

function openingOf(
  { id, district, frequency, holders }: Account,
  clients: Parties['clients'],
  customers: ReadonlyMap<string, string>,
) {
  const type = typeOf(holders, clients);
  return {
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
  };
}

function typeOf(holders: Account['holders'], clients: Parties['clients']): AccountType {
  const owners = holders.filter(({ role }) => role === 'OWNER');
  const [first] = owners;
  if (first && clients.get(first.clientId)?.party.kind === 'organisation') return AccountType.BUSINESS;
  return owners.length > 1 ? AccountType.JOINT : AccountType.INDIVIDUAL;
}

/** A refusal, told with the line of the file that it is about. */
function refusedAt(place: string, what: string, { message, detail }: Refusal): Failure {
  const reason = detail?.reason;
  const why =
    reason === 'REQUEST_EXISTS' ? 'it was imported before with other particulars than the file has now' : message;
  return new Failure(Exit.REFUSED, `${place}: the bank refuses ${what}: ${why} (${reason}).`);
}
