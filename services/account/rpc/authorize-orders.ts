import { create, fromBinary } from '@bufbuild/protobuf';
import { Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import { type Amount, fromMoney, fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation, type ProductTerms, ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import type { AccountService, OrderToAuthorize } from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { hashIban, openDetails } from '../accounts.ts';
import type { Context } from '../context.ts';
import { selectRestricted } from '../customer-standings.ts';
import { type AccountFacts, authorize } from '../domain/authorize.ts';
import { refuse } from '../domain/refusals.ts';
import type { People } from '../domain/standing.ts';
import { readPeople } from '../people.ts';
import { totalsOfPots } from '../pots.ts';
import { keyOf } from '../products.ts';
import { type RequestRow, requestFrom, selectRequests } from '../signature-tables.ts';
import { type StandingRow, selectDetails, selectStandings } from '../tables.ts';

/** Decides on orders, item by item; all accounts of the batch are read by one query. */
export function authorizeOrders(context: Context): Rpcs<typeof AccountService>['authorizeOrders'] {
  return async ({ orders: asked }) => {
    const orders = await withDebtors(context, asked);
    const [accounts, numbers] = await Promise.all([readAccounts(context, orders), readNumbers(context, orders)]);
    return {
      decisions: orders.map((order) => {
        try {
          const debtorIban = numbers.get(order) ?? '';
          return { result: { case: 'authorization' as const, value: { ...decide(order, accounts), debtorIban } } };
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return { result: { case: 'refusal' as const, value: refusalMessage(error) } };
        }
      }),
    };
  };
}

/** The orders with the ids of the accounts that they take from, where these are named by their numbers. */
async function withDebtors({ database, vault }: Context, orders: readonly OrderToAuthorize[]) {
  const hashes = orders.flatMap(({ debtorIban }) => (debtorIban === '' ? [] : [hashIban(vault, debtorIban)]));
  if (hashes.length === 0) return orders;
  const rows = await database.query(selectStandings([], hashes));
  const ids = new Map(rows.map(({ id, ibanHash }) => [ibanHash.toString('hex'), id]));
  return orders.map((order) => {
    if (order.debtorIban === '') return order;
    return { ...order, debtorAccountId: ids.get(hashIban(vault, order.debtorIban).toString('hex')) ?? '' };
  });
}

/** The numbers of the accounts from which other banks are to be paid, by the orders. */
async function readNumbers({ database, vault }: Context, orders: readonly OrderToAuthorize[]) {
  const outgoing = orders.filter(({ operation }) => operation === Operation.OUTGOING_TRANSFER);
  if (outgoing.length === 0) return new Map<OrderToAuthorize, string>();
  const rows = await database.query(selectDetails(outgoing.map(({ debtorAccountId }) => debtorAccountId)));
  const numbers = new Map(
    await Promise.all(
      rows.map(async ({ id, details }) => {
        const { iban } = await openDetails(vault, { details: fromBinary(SealedSchema, details) });
        return [id, iban] as const;
      }),
    ),
  );
  return new Map(outgoing.map((order) => [order, numbers.get(order.debtorAccountId) ?? '']));
}

/** The accounts that orders name. */
interface Accounts {
  byId(id: string): AccountFacts | undefined;
  byIban(iban: string): AccountFacts | undefined;
  /** Who has what to do with those that customers want to take from, today. */
  readonly people: ReadonlyMap<string, People>;
  readonly date: string;
  /** Those of the customers who order who are restricted. */
  readonly restricted: ReadonlySet<string>;
  /** What was signed, by the requests' ids. */
  readonly signed: ReadonlyMap<string, RequestRow>;
}

function decide(order: OrderToAuthorize, accounts: Accounts) {
  const { actor, operation, creditor } = order;
  const money = order.amount ?? { currencyCode: '', amount: '' };
  // What another bank booked is history, whatever it is.
  const amount = operation === Operation.MIGRATION ? fromMoney(money) : fromPositiveMoney(money);
  const isSigned = order.signatureRequestId !== '';
  if (isSigned) checkSigned(accounts.signed.get(order.signatureRequestId), order, amount);
  return authorize({
    actor: actor ?? create(ActorSchema),
    operation,
    amount,
    isSigned,
    debtor: accounts.byId(order.debtorAccountId),
    people: accounts.people.get(order.debtorAccountId),
    actorRestricted: accounts.restricted.has(actor?.partyId ?? ''),
    date: accounts.date,
    creditor: creditor.case === 'creditorIban' ? accounts.byIban(creditor.value) : accounts.byId(creditor.value ?? ''),
  });
}

/** Refuses what is not signed, or is another order than what was. */
function checkSigned(signed: RequestRow | undefined, order: OrderToAuthorize, { currency, minor }: Amount): void {
  const isThis =
    signed?.state === 'complete' &&
    signed.action === 'pay' &&
    signed.accountId === order.debtorAccountId &&
    signed.creditorAccountId === (order.creditor.value ?? '') &&
    signed.currency === currency &&
    signed.amount === minor;
  if (!isThis) throw refuse('SIGNATURE_REQUEST_NOT_COMPLETE');
}

async function readSigned({ database }: Context, orders: readonly OrderToAuthorize[]) {
  const ids = orders.flatMap(({ signatureRequestId: id }) => (id === '' ? [] : [id]));
  const rows = ids.length === 0 ? [] : await database.query(selectRequests(ids));
  return new Map(rows.map((raw) => [raw.id, requestFrom(raw)]));
}

async function readAccounts(context: Context, orders: readonly OrderToAuthorize[]): Promise<Accounts> {
  const { database, vault, catalogue } = context;
  const hash = (iban: string) => hashIban(vault, iban);
  const ids = orders.flatMap(({ debtorAccountId, creditor }) => [
    debtorAccountId,
    ...(creditor.case === 'creditorAccountId' ? [creditor.value] : []),
  ]);
  const ibans = orders.flatMap(({ creditor }) => (creditor.case === 'creditorIban' ? [creditor.value] : []));
  const asked = orders.filter(({ actor }) => actor?.audience === Audience.CHANNEL);
  const [rows, { people, date }, restricted, signed] = await Promise.all([
    database.query(selectStandings([...new Set(ids)], [...new Set(ibans)].map(hash))),
    readPeople(
      context,
      asked.map(({ debtorAccountId }) => debtorAccountId),
    ),
    asked.length === 0 ? [] : database.query(selectRestricted(asked.map(({ actor }) => actor?.partyId ?? ''))),
    readSigned(context, orders),
  ]);
  // Whose tier is not known yet is refused alone, when it is decided: here it would be all of them.
  const limited = rows.filter(({ tiers }) => tiers?.some((tier) => tier.limited));
  const [terms, inPots] = await Promise.all([
    catalogue.terms(rows),
    totalsOfPots(
      context,
      limited.map(({ id }) => id),
    ),
  ]);
  const byId = new Map(rows.map((row) => [row.id, factsOf(row, terms, inPots.get(row.id))]));
  const idByHash = new Map(rows.map(({ id, ibanHash }) => [ibanHash.toString('hex'), id]));
  return {
    byId: (id) => byId.get(id),
    byIban: (iban) => byId.get(idByHash.get(hash(iban).toString('hex')) ?? ''),
    people,
    date,
    restricted: new Set(restricted.map(({ id }) => id)),
    signed,
  };
}

function factsOf(row: StandingRow, terms: ReadonlyMap<string, ProductTerms>, inPots: bigint | undefined): AccountFacts {
  return { ...row, inPots, terms: terms.get(keyOf(row)) ?? create(ProductTermsSchema) };
}
