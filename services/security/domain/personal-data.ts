// What a copy of everything that is held about a customer is made of: the contract says which RPCs answer it, and which do not.
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { BRANCH_ROLES } from '#chassis/branches.ts';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type Rule, rules } from '#gen/bank/rules.ts';
import { type Actor, ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';

/** What the answers of one RPC are about. */
export interface Part {
  /** `bank.customer.v1.CustomerService/GetCustomer` */
  readonly rpc: string;
  readonly rule: Rule;
  /** Asked once for each account of theirs. */
  readonly perAccount: boolean;
  /** The field of its request that names the customer. None: it answers whoever asks about themselves. */
  readonly customerField: string | undefined;
  readonly accountField: string | undefined;
}

/** What an RPC answered. */
export interface Answers {
  readonly rpc: string;
  /** The account that it was asked about. */
  readonly accountId?: string;
  /** One for each page. */
  readonly answers: readonly JsonObject[];
}

/** A whole copy, as it is written down. */
export interface PersonalData {
  readonly format: 'corebank personal data, version 1';
  readonly customerId: string;
  readonly createTime: string;
  readonly parts: readonly Answers[];
  /** What the bank may not tell: the RPCs whose answers are left out. */
  readonly withheld: readonly { readonly rpc: string; readonly reason: string }[];
}

/** Where a customer's accounts are learnt. */
export const ACCOUNTS = 'bank.account.v1.AccountService/ListAccounts';

const WITHHELD_BECAUSE = 'It would warn whom the bank has to watch (Directive (EU) 2015/849, article 39).';
/** In whose name the bank asks what only its staff are shown. */
const NOBODY = 'stf_nobody';
const SOMEBODY = 'a member of staff';

const said = (disclosure: Rule['disclosure']) =>
  Object.entries<Rule>(rules).filter(([, rule]) => rule.disclosure === disclosure);

/** The parts in the order in which they are asked for: accounts are known before anything is asked about them. */
export const PARTS: readonly Part[] = said('EXPORTED')
  .map(([rpc, rule]) => partOf(rpc, rule))
  .toSorted((one, other) => Number(one.perAccount) - Number(other.perAccount));

/** What is left out. */
export const WITHHELD: PersonalData['withheld'] = said('WITHHELD').map(([rpc]) => ({ rpc, reason: WITHHELD_BECAUSE }));

function partOf(rpc: string, rule: Rule): Part {
  const fieldOf = (...kinds: string[]) =>
    rule.ids.find(({ path, kind }) => path.length === 1 && kinds.includes(kind))?.path[0];
  const accountField = fieldOf('ACCOUNT');
  return {
    rpc,
    rule,
    accountField,
    perAccount: accountField !== undefined,
    customerField: fieldOf('CUSTOMER', 'PARTY'),
  };
}

/** The fields of a request about a customer, or about an account of theirs. */
export function fieldsOf(part: Part, customerId: string, accountId?: string): Record<string, string> {
  const { customerField, accountField } = part;
  return {
    ...(customerField !== undefined && { [customerField]: customerId }),
    ...(accountField !== undefined && accountId !== undefined && { [accountField]: accountId }),
  };
}

/**
 * In whose name a part is asked for: the customer's own, who is not shown what staff write for staff, since that can be what the law forbids
 * to tell; what no customer may ask, in that of staff with a role that may.
 */
export function principalFor({ rule }: Part, customerId: string): Actor {
  const alone = rule.grants.filter(({ fourEyes, stepUp }) => !fourEyes && !stepUp);
  const roles = alone.flatMap((grant) => grant.roles.map((role) => StaffRole[role]));
  const role = roles.find((one) => !BRANCH_ROLES.includes(one));
  if (role === undefined || alone.some(({ audience }) => audience === 'CHANNEL')) {
    return create(ActorSchema, { audience: Audience.CHANNEL, partyId: customerId });
  }
  return create(ActorSchema, { audience: Audience.STAFF, partyId: NOBODY, roles: [role] });
}

/** The same without who of the staff it was: that is about them. */
export function withoutStaff(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.startsWith('stf_') ? SOMEBODY : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withoutStaff);
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, withoutStaff(held)]));
}

/** The ids of the accounts in what ListAccounts answered. */
export function accountsIn(answers: readonly JsonObject[]): string[] {
  return answers.flatMap(({ accounts }) =>
    (Array.isArray(accounts) ? accounts : []).flatMap((account) => {
      const { accountId } = account as JsonObject;
      return typeof accountId === 'string' ? [accountId] : [];
    }),
  );
}

/** What an RPC answers, in words for people: `Customer: list consents`. */
export function headingOf({ rpc, accountId }: Omit<Answers, 'answers'>): string {
  const [service = '', method = ''] = rpc.split('/');
  const owner = service.split('.')[1] ?? '';
  const about = accountId === undefined ? '' : `, account ${accountId}`;
  return `${owner.charAt(0).toUpperCase()}${owner.slice(1)}: ${wordsOf(method).toLowerCase()}${about}`;
}

/** A value as lines for people, each value beside the names on the way to it. */
export function linesOf(value: JsonValue, label = '', depth = 0): string[] {
  const margin = '    '.repeat(Math.max(0, depth - 1));
  if (typeof value === 'string') return [`${margin}${label}: ${value}`];
  if (value === null || typeof value !== 'object') return [`${margin}${label}: ${JSON.stringify(value)}`];
  const entries = Array.isArray(value)
    ? value.map((item, index): [string, JsonValue] => [`${index + 1}`, item])
    : Object.entries(value).map(([name, item]): [string, JsonValue] => [wordsOf(name).toLowerCase(), item]);
  const inside = entries.flatMap(([name, item]) => linesOf(item, name, depth + 1));
  return depth === 0 ? inside : [`${margin}${label}:`, ...inside];
}

function wordsOf(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ');
}
