// Turns a contract that obeys the policy into the table that the interceptor, the edge and the logger work from.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Contract } from './contract.ts';
import { commonErrors, messageIn, reaches, reasonsOf } from './contract.ts';
import type { Grant, Options } from './options.ts';

/** One id field of a request: the way to it, what it names, and what its bearer must be allowed to do. */
export interface IdRule {
  readonly path: readonly string[];
  readonly kind: string;
  readonly access: string;
}

/** The row of one RPC. */
export interface RuleRow {
  readonly path: string;
  readonly callers: readonly string[];
  readonly grants: readonly Grant[];
  readonly actorAsserters: readonly string[];
  readonly edge: boolean;
  readonly noReplay: boolean;
  readonly idempotency: string;
  readonly disclosure: string;
  readonly readsPersonal: boolean;
  readonly ids: readonly IdRule[];
  readonly shows: readonly (readonly string[])[];
  readonly actors: readonly (readonly string[])[];
  readonly errors: readonly string[];
}

/** Who may hear of an event by webhook. Fields by their local names. */
export interface WebhookRow {
  readonly type: string;
  readonly audiences: readonly string[];
  readonly scopes: readonly string[];
  readonly holdersOf: readonly string[];
  readonly firstOnly: readonly string[];
}

const actorType = 'bank.type.v1.Actor';

/** What is a customer's own: whoever names one to see it sees something of a person. */
const ofCustomers: readonly string[] = ['CUSTOMER', 'ACCOUNT', 'TRANSACTION', 'HOLD'];
/** What of an answer tells whose personal data it holds. */
const shown: readonly string[] = ['CUSTOMER', 'ACCOUNT'];

/** The whole table. */
export interface RuleTable {
  readonly rows: readonly RuleRow[];
  /** By message, then by local field name: the class of every field that is not PUBLIC. */
  readonly dataClasses: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The messages that hold, at whatever depth, a field that is not PUBLIC. */
  readonly personalMessages: readonly string[];
  readonly webhooks: readonly WebhookRow[];
  /** The reasons that any RPC may refuse with. */
  readonly commonErrors: readonly string[];
}

/** The table of a contract without violations (see policy.ts). */
export function buildRules(contract: Contract): RuleTable {
  const { options, messages } = contract;
  return {
    rows: contract.rpcs.map((rpc) => {
      if (rpc.rule === undefined || rpc.idempotency === undefined) {
        throw new Error(`${rpc.path} has no rule or no idempotency_level.`);
      }
      const ids = idsIn(rpc.method.input, options);
      const edge = rpc.rule.callers.includes('edge') && rpc.rule.grants.length > 0;
      const readsPersonal =
        edge && rpc.idempotency === 'no_side_effects' && isPersonal(rpc.method.output, ids, options);
      return {
        path: rpc.path,
        ...rpc.rule,
        edge,
        idempotency: rpc.idempotency,
        readsPersonal,
        ids,
        shows: readsPersonal ? shownBy(rpc.method.output, options) : [],
        actors: fieldsIn(rpc.method.input)
          .filter(({ field }) => messageIn(field)?.typeName === actorType)
          .map(({ path }) => path),
        errors: reasonsOf(rpc.method),
      };
    }),
    dataClasses: new Map(
      messages
        .map((message) => [message.typeName, classesOf(message, options)] as const)
        .filter(([, map]) => map.size > 0),
    ),
    personalMessages: messages
      .filter((message) => reaches(message, (field) => isGuarded(field, options)))
      .map((message) => message.typeName),
    webhooks: messages.flatMap((message) => webhookRow(message, options)),
    commonErrors: commonErrors(contract).map((entry) => entry.reason),
  };
}

function webhookRow(message: DescMessage, options: Options): WebhookRow[] {
  const option = options.webhookOf(message);
  if (option === undefined) {
    return [];
  }
  const local = (name: string) => message.fields.find((field) => field.name === name)?.localName ?? name;
  return [
    {
      type: message.typeName,
      audiences: option.grants.map(({ audience }) => audience),
      scopes: option.grants.flatMap(({ scopes }) => scopes),
      holdersOf: option.holdersOf.map(local),
      firstOnly: option.firstOnly.map(local),
    },
  ];
}

/** True when a read shows something of a person: what it answers is classed so, or what it asks for is a customer's own. */
function isPersonal(answer: DescMessage, ids: readonly IdRule[], options: Options): boolean {
  const holds = reaches(answer, (field) => ['PERSONAL', 'CARD'].includes(options.dataOf(field)?.class ?? ''));
  return holds || ids.some(({ kind, access }) => access === 'VIEW' && ofCustomers.includes(kind));
}

/** The ways to the customers and accounts that an answer names; not by what is personal itself, as an IBAN is. */
function shownBy(answer: DescMessage, options: Options): (readonly string[])[] {
  const isShown = (field: DescField) => shown.includes(options.idOf(field)?.kind ?? '') && !isGuarded(field, options);
  return fieldsIn(answer).flatMap(({ field, path }) => (isShown(field) ? [path] : []));
}

function idsIn(message: DescMessage, options: Options): IdRule[] {
  return fieldsIn(message).flatMap(({ field, path }) => {
    const id = options.idOf(field);
    return id === undefined ? [] : [{ path, ...id }];
  });
}

/** True for a field whose content may not stand in clear in a log or an event. */
export function isGuarded(field: DescField, options: Options): boolean {
  const data = options.dataOf(field);
  return data !== undefined && data.class !== 'PUBLIC';
}

function classesOf(message: DescMessage, options: Options): ReadonlyMap<string, string> {
  const guarded = message.fields.filter((field) => isGuarded(field, options));
  return new Map(guarded.map((field) => [field.localName, options.dataOf(field)?.class ?? '']));
}

// Every field that a request can hold, with the way to it. The policy refuses ids in maps and in messages that hold
// themselves, so that the walk ends and a list of names is enough.
function fieldsIn(
  message: DescMessage,
  path: readonly string[] = [],
  above: readonly DescMessage[] = [],
): { field: DescField; path: readonly string[] }[] {
  if (above.includes(message) || !message.typeName.startsWith('bank.')) {
    return [];
  }
  return message.fields.flatMap((field) => {
    const here = [...path, ...(field.oneof === undefined ? [] : [field.oneof.localName]), field.localName];
    const held = messageIn(field);
    return [{ field, path: here }, ...(held === undefined ? [] : fieldsIn(held, here, [...above, message]))];
  });
}
