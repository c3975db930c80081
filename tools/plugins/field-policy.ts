// What every message and field of the bank must obey. Each violation is one sentence that names the field.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import type { Rpc } from './contract.ts';
import { messageIn, reachable, reaches } from './contract.ts';
import type { Options } from './options.ts';
import { isGuarded } from './rules.ts';

// Their items carry their own keys (a reference, an order id, a journal id, a party, a use), by which each item is done once.
const keyedByItem =
  /^(Batch[A-Z]|(PostJournals|PostJournalStream|PlaceHolds|RecordRefusals|RecordReads|SpendProofs|GetDataKeys)$)/;

// A request_id is a key, not an id of something.
const idName = /^(?!request_id$)(id|ids|iban|ibans|.*_(id|ids|iban|ibans))$/;

// JSON numbers above 2^53 silently become other numbers in JavaScript.
const longTypes: readonly ScalarType[] = [
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
];
const longWrappers = ['google.protobuf.Int64Value', 'google.protobuf.UInt64Value'];

const floatTypes: readonly ScalarType[] = [ScalarType.DOUBLE, ScalarType.FLOAT];
// Struct, Value and ListValue hold every number as a double.
const floatWrappers = ['DoubleValue', 'FloatValue', 'Struct', 'Value', 'ListValue'].map(
  (name) => `google.protobuf.${name}`,
);

/** True for an RPC that is idempotent item by item and so takes no request_id. */
export function isKeyedByItem(rpcName: string): boolean {
  return keyedByItem.test(rpcName);
}

/** What is wrong with an RPC's request as a whole. */
export function requestViolations({ path, method, idempotency, rule }: Rpc, options: Options): string[] {
  const found = [];
  const isPublic = rule?.grants.some((grant) => grant.audience === 'PUBLIC') === true;
  const { input } = method;
  if (
    idempotency === 'idempotent' &&
    !isKeyedByItem(method.name) &&
    !hasScalar(input, 'request_id', ScalarType.STRING)
  ) {
    found.push(`${path} writes, but ${input.typeName} has no string request_id.`);
  }
  if (idempotency === 'idempotent' && !hasScalar(input, 'validate_only', ScalarType.BOOL)) {
    found.push(`${path} writes, but ${input.typeName} has no bool validate_only.`);
  }
  const isId = (field: DescField): boolean => options.idOf(field) !== undefined;
  for (const message of reachable(input)) {
    const inside = message.fields.map(messageIn).filter((held) => held !== undefined);
    if (inside.some((held) => reachable(held).has(message)) && reaches(message, isId)) {
      found.push(
        `${path} takes ${message.typeName}, which can hold itself and holds ids: they could not all be checked.`,
      );
    }
    for (const field of message.fields) {
      const { kind, access } = options.idOf(field) ?? { access: 'NAMED' };
      // A branch is held against staff alone, whoever else may come.
      if (isPublic && access !== 'NAMED' && kind !== 'BRANCH') {
        found.push(`${path} is open to anybody, but ${nameOf(field)} needs ${access}: nobody is there to be checked.`);
      }
      if (isOneOf(field, longTypes, longWrappers)) {
        found.push(
          `${nameOf(field)} is a 64-bit integer that ${path} takes: JSON corrupts it above 2^53, use a string or int32.`,
        );
      }
      const held = messageIn(field);
      if (field.fieldKind === 'map' && held !== undefined && reaches(held, isId)) {
        found.push(`${nameOf(field)} is a map that holds ids, which ${path} takes: use a repeated field.`);
      }
    }
  }
  return found;
}

/** What is wrong with a message as a whole: an event may not carry personal data. */
export function messageViolations(message: DescMessage, options: Options): string[] {
  if (!/[_/]events?$/.test(message.file.name)) {
    return [];
  }
  return [...reachable(message)].flatMap((held) =>
    held.fields
      .filter((field) => isGuarded(field, options))
      .map((field) => {
        return `${message.typeName} is an event and carries ${nameOf(field)}, which is ${options.dataOf(field)?.class}: seal it (bank.type.v1.Sealed).`;
      }),
  );
}

/** What is wrong with who hears of a message by webhook. */
export function webhookViolations(message: DescMessage, options: Options): string[] {
  const webhook = options.webhookOf(message);
  if (webhook === undefined) {
    return [];
  }
  const { grants, holdersOf, firstOnly } = webhook;
  const audiences = grants.map(({ audience }) => audience);
  const names = message.fields.map(({ name }) => name);
  const accounts = message.fields.filter((field) => isString(field) && options.idOf(field)?.kind === 'ACCOUNT');
  const strangers = holdersOf.filter((name) => !accounts.some((field) => field.name === name));
  return [
    ...(/[_/]events?$/.test(message.file.name) ? [] : [`${message.typeName} has a webhook, but is no event.`]),
    ...(grants.length === 0 ? [`${message.typeName} has a webhook that nobody hears of.`] : []),
    ...audiences
      .filter((audience) => audience !== 'CHANNEL' && audience !== 'PARTNER')
      .map((audience) => `${message.typeName} has a webhook for ${audience}: only CHANNEL and PARTNER have any.`),
    ...grants
      .filter(({ audience, scopes }) => (audience === 'PARTNER') !== scopes.length > 0)
      .map(
        ({ audience }) => `${message.typeName} has a webhook for ${audience}: partners, and they alone, have scopes.`,
      ),
    ...(holdersOf.length > 0 && audiences.includes('PARTNER')
      ? [`${message.typeName} is somebody's, and has a webhook for partners.`]
      : []),
    ...strangers.map(
      (name) => `${message.typeName} has a webhook for holders of ${name}, which names no account in it.`,
    ),
    ...firstOnly
      .filter((name) => !names.includes(name) || holdersOf.length < 2)
      .map((name) => `${message.typeName} has a webhook that leaves out ${name}, where there is nothing to leave out.`),
  ];
}

/** What is wrong with a field by itself. */
export function fieldViolations(field: DescField, options: Options): string[] {
  const name = nameOf(field);
  return [
    ...idViolations(field, name, options),
    ...dataViolations(field, name, options),
    ...(isOneOf(field, floatTypes, floatWrappers) ? [`${name} is a floating-point number: use a decimal string.`] : []),
  ];
}

function idViolations(field: DescField, name: string, options: Options): string[] {
  const id = options.idOf(field);
  if (id === undefined && !idName.test(field.name)) {
    return [];
  }
  if (!isString(field)) {
    return [`${name} is an id, but not a string or a list of strings.`];
  }
  if (id === undefined) {
    return [`${name} is an id field without option (bank.options.v1.id): say what it names and what for.`];
  }
  return [
    ...(id.kind === 'UNSPECIFIED' ? [`${name} does not say which kind of id it is.`] : []),
    ...(id.access === 'UNSPECIFIED' ? [`${name} does not say which access its id needs.`] : []),
  ];
}

function dataViolations(field: DescField, name: string, options: Options): string[] {
  const data = options.dataOf(field);
  if (data?.class === 'UNSPECIFIED') {
    return [`${name} has option (bank.options.v1.data) without a class.`];
  }
  if (data !== undefined && data.class !== 'PUBLIC' && data.retention === 'UNSPECIFIED') {
    return [`${name} is ${data.class} without a retention.`];
  }
  return [];
}

function isString(field: DescField): boolean {
  return (field.fieldKind === 'scalar' || field.fieldKind === 'list') && field.scalar === ScalarType.STRING;
}

function hasScalar(message: DescMessage, name: string, type: ScalarType): boolean {
  return message.fields.some((field) => field.name === name && field.fieldKind === 'scalar' && field.scalar === type);
}

function isOneOf(field: DescField, scalars: readonly ScalarType[], messages: readonly string[]): boolean {
  const holds = field.scalar !== undefined && scalars.includes(field.scalar);
  const isKey = field.fieldKind === 'map' && scalars.includes(field.mapKey);
  return holds || isKey || messages.includes(messageIn(field)?.typeName ?? '');
}

function nameOf(field: DescField): string {
  return `${field.parent.typeName}.${field.name}`;
}
