// What people do at a bank, for the journeys: register, open, pay in, pay, look. Every call goes through a door.
import { randomUUID } from 'node:crypto';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { Refusal } from '#chassis/errors.ts';
import { whileRefused } from '../patience.ts';
import type { Door, RpcName } from './doors.ts';

export const TELLER = 'staff:teller';
export const MANAGER = 'staff:branch-manager';
export const BACK_OFFICE = 'staff:back-office';
export const AUDITOR = 'staff:auditor';
export const COMPLIANCE = 'staff:compliance';

/** An amount as the contract writes it. */
export interface Money extends JsonObject {
  currencyCode: string;
  amount: string;
}

/** An account as a journey needs it. */
export interface OpenedAccount {
  readonly accountId: string;
  readonly iban: string;
}

/** Who holds an account. */
export interface HolderOf extends JsonObject {
  customerId: string;
  role: 'HOLDER_ROLE_OWNER' | 'HOLDER_ROLE_DISPONENT';
}

/** The usual errands, over one door. */
export interface Counter {
  /** Registers a person; answers the customer's id. */
  person(givenName: string, familyName: string): Promise<string>;
  /** Registers an organisation; answers the customer's id. */
  organisation(legalName: string): Promise<string>;
  open(type: 'INDIVIDUAL' | 'JOINT' | 'BUSINESS', productId: string, holders: HolderOf[]): Promise<OpenedAccount>;
  /** Registers a person and opens an account that they alone own. */
  personWithAccount(name: string, productId?: string): Promise<OpenedAccount & { readonly customerId: string }>;
  /** Pays cash in; answers the transaction. */
  deposit(accountId: string, amount: Money): Promise<JsonObject>;
  /** Transfers for a subject; answers the transaction. */
  transfer(subject: string, from: string, to: string, amount: Money, requestId?: string): Promise<JsonObject>;
  /** What is booked on an account. */
  booked(accountId: string): Promise<string>;
}

/** An amount. */
export function money(amount: string, currencyCode = 'CZK'): Money {
  return { currencyCode, amount };
}

/** A holder who owns. */
export function owner(customerId: string): HolderOf {
  return { customerId, role: 'HOLDER_ROLE_OWNER' };
}

/** A holder who may use what others own. */
export function disponent(customerId: string): HolderOf {
  return { customerId, role: 'HOLDER_ROLE_DISPONENT' };
}

/** The object at a path of an answer. Throws when there is none. */
export function objectAt(answer: JsonObject, ...path: readonly string[]): JsonObject {
  const found = at(answer, path);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw new Error(`no object at ${path.join('.')} of ${JSON.stringify(answer)}`);
  }
  return found;
}

/** The text at a path of an answer. Throws when there is none. */
export function textAt(answer: JsonObject, ...path: readonly string[]): string {
  const found = at(answer, path);
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${JSON.stringify(answer)}`);
  return found;
}

/** The list of objects at a path of an answer; an empty one is left out of answers. */
export function listAt(answer: JsonObject, ...path: readonly string[]): JsonObject[] {
  return (at(answer, path) ?? []) as JsonObject[];
}

/** Asks for something that somebody else has to approve: the id of the approval. Throws any other refusal. */
export async function pending(asking: Promise<unknown>): Promise<string> {
  const told = await asking.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(told instanceof Refusal) || told.reason !== 'APPROVAL_REQUIRED') {
    throw told ?? new Error('it was done without approval');
  }
  return told.metadata['approval_id'] ?? '';
}

/** Does what needs a second pair of eyes: asks for it, has it approved by somebody else, and asks again for the answer. */
export async function withApproval(
  door: Door,
  { maker, checker }: { readonly maker: string; readonly checker: string },
  rpc: RpcName,
  order: JsonObject,
): Promise<JsonObject> {
  const request = { requestId: randomUUID(), ...order };
  const approvalId = await pending(door.call(maker, rpc, request));
  await door.call(checker, 'security.ApproveRequest', { requestId: randomUUID(), approvalId });
  return whenExecuted(() => door.call(maker, rpc, request));
}

/** Asks for something that was approved until it has been done, and answers what it answers. */
export function whenExecuted(ask: () => Promise<JsonObject>): Promise<JsonObject> {
  return whileRefused('APPROVAL_REQUIRED', ask);
}

/** The errands over a door; whom it registers and what it opens is with a branch, if told so. */
export function counter(door: Door, branchId = ''): Counter {
  const register = async (party: JsonObject): Promise<string> => {
    const request = { requestId: randomUUID(), ...party, residenceCountryCode: 'CZ', branchId };
    return textAt(await door.call(TELLER, 'customer.RegisterCustomer', request), 'customer', 'customerId');
  };
  const open: Counter['open'] = async (type, productId, holders) => {
    const request = { requestId: randomUUID(), type: `ACCOUNT_TYPE_${type}`, productId, holders, branchId };
    const answer = await door.call(TELLER, 'account.OpenAccount', request);
    return { accountId: textAt(answer, 'account', 'accountId'), iban: textAt(answer, 'account', 'iban') };
  };
  const person: Counter['person'] = (givenName, familyName) =>
    register({ person: { givenName, familyName, birthDate: '1990-05-17' } });
  return {
    person,
    organisation: (legalName) => register({ organisation: { legalName, registrationDate: '2001-02-03' } }),
    open,
    async personWithAccount(name, productId = 'prd_current_czk') {
      const customerId = await person(name, 'Novotna');
      return { customerId, ...(await open('INDIVIDUAL', productId, [owner(customerId)])) };
    },
    async deposit(creditorAccountId, amount) {
      const request = { requestId: randomUUID(), creditorAccountId, amount };
      return objectAt(await door.call(TELLER, 'transaction.DepositCash', request), 'transaction');
    },
    async transfer(subject, debtorAccountId, creditorAccountId, amount, requestId = randomUUID()) {
      const request = { requestId, debtorAccountId, creditorAccountId, amount };
      return objectAt(await door.call(subject, 'transaction.TransferFunds', request), 'transaction');
    },
    async booked(accountId) {
      return textAt(await door.call(TELLER, 'account.GetAccountBalance', { accountId }), 'booked', 'amount');
    },
  };
}

function at(answer: JsonObject, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((value, name) => (value as JsonObject | undefined)?.[name], answer);
}
