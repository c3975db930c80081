// Makes a sensible sample of any request, for the examples: what a first caller would send, and nothing optional.
import type { DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { getComments } from '@bufbuild/protoplugin';
import type { Options } from '../options.ts';
import { isRequired, matches, rulesOf } from './constraints.ts';

// What the samples of one request share. Items of a list differ by their number.
interface Sampling {
  readonly options: Options;
  readonly item: number;
  readonly depth: number;
}

const deepest = 8;

const idPrefixes: Readonly<Record<string, string>> = {
  CUSTOMER: 'cus',
  ACCOUNT: 'acc',
  PRODUCT: 'prd',
  LEDGER_ACCOUNT: 'lac',
  JOURNAL: 'jnl',
  HOLD: 'hld',
  TRANSACTION: 'txn',
  BRANCH: 'brn',
  PARTY: 'cus',
  SESSION: 'ses',
  EVENT: 'evt',
  AGGREGATE: 'acc',
  PAYMENT_ORDER: 'pmo',
  PAYEE: 'pye',
  PAYEE_CONFIRMATION: 'pcf',
  PAYMENT_REQUEST: 'prq',
  SUSPENSE_ITEM: 'spi',
  CARD: 'car',
  POT: 'pot',
  CARD_AUTHORIZATION: 'cau',
};

// By the end of a field's name, first match first.
const stringSamples: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^request_id$/, ['6f1c2a9e-3b7d-4c58-9a41-d2e0b8f7c635', 'jnl_01kg3v9m2hf7c8t4xq0zr6y5wd']],
  [/(^|_)digests?$/, ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08']],
  [/^iso_reason$/, ['AC01']],
  [/(^|_)ibans?$/, ['CZ6508000000192000145399']],
  [/^(from|start)_date$/, ['2026-01-01']],
  [/^birth_date$/, ['1990-05-17']],
  [/_dates?$/, ['2026-01-31']],
  [/(^|_)email(_address)?$/, ['jana@example.com']],
  [/(^|_)phone(_number)?$/, ['+420601123456']],
  [/^recurrence_rule$/, ['FREQ=MONTHLY;BYMONTHDAY=31']],
  [/^calendar_code$/, ['CZ']],
  [/^general_ledger_code$/, ['2010']],
  [/^trace_number$/, ['000123']],
  [/^transmission_time$/, ['1128093015']],
  [/^acquirer$/, ['100001']],
  [/^issuer$/, ['https://bank.example']],
  [/^card_number$/, ['9999700012345671']],
  [/currency_code$/, ['EUR']],
  [/country_codes?$|^country/, ['CZ']],
  [/^amount$/, ['12.50']],
  [/^given_names?$|^first_name$/, ['Jana']],
  [/^family_names?$|^last_name$/, ['Novotná']],
  [/name$/, ['Jana Novotná']],
  [/^(city|town|locality)$/, ['Praha']],
  [/^(postal_code|postcode|zip)$/, ['110 00', '11000']],
  [/(description|reason|note|message|reference)$/, ['Rent for January', 'rent-2026-01']],
];
const anyString = ['example', 'EXAMPLE', 'A', '1', '2026-01-31'];

const wellKnown: Readonly<Record<string, JsonValue>> = {
  'google.protobuf.Timestamp': '2026-01-31T12:00:00Z',
  'google.protobuf.Duration': '3600s',
  'google.protobuf.Struct': {},
};

// Fields that a first caller leaves out, by what their comments say.
const optionalWords = /\b(absent|empty|true)\b/i;
const leftOut = ['validate_only', 'page_token', 'actor', 'etag'];

/** A sample of a request as proto3 JSON. */
export function sampleOf(message: DescMessage, options: Options): JsonObject {
  return sampleMessage(message, { options, item: 0, depth: 0 });
}

function sampleMessage(message: DescMessage, sampling: Sampling): JsonObject {
  const taken = new Set();
  const fields = message.fields.filter((field) => {
    if (field.oneof === undefined) {
      return isWanted(field, sampling);
    }
    const first = !taken.has(field.oneof);
    taken.add(field.oneof);
    return first;
  });
  return Object.fromEntries(fields.map((field) => [field.jsonName, sampleField(field, message, sampling)]));
}

function isWanted(field: DescField, { depth }: Sampling): boolean {
  const rules = rulesOf(field);
  if (rules !== undefined && isRequired(rules)) {
    return true;
  }
  if (leftOut.includes(field.name) || depth >= deepest || field.proto.proto3Optional || field.fieldKind === 'map') {
    return false;
  }
  return !optionalWords.test(commentOf(field));
}

function sampleField(field: DescField, parent: DescMessage, sampling: Sampling): JsonValue {
  if (field.fieldKind === 'list') {
    const least = Number(listRules(field)?.minItems ?? 0n) || (/\btwo or more\b/i.test(commentOf(field)) ? 2 : 1);
    return Array.from({ length: Math.min(least, 3) }, (_, item) => sampleValue(field, { ...sampling, item }));
  }
  if (field.fieldKind === 'map') {
    return { example: sampleValue(field, sampling) };
  }
  return field.message?.typeName === 'google.protobuf.FieldMask' ? sampleMask(parent) : sampleValue(field, sampling);
}

function sampleValue(field: DescField, sampling: Sampling): JsonValue {
  if (field.message !== undefined) {
    return (
      wellKnown[field.message.typeName] ?? sampleMessage(field.message, { ...sampling, depth: sampling.depth + 1 })
    );
  }
  if (field.enum !== undefined) {
    return sampleEnum(field, sampling);
  }
  return sampleScalar(field, sampling);
}

// The first field of the resource that may change: the request's first message, less its ids and etag.
function sampleMask(request: DescMessage): string {
  const resource = request.fields.find((field) => field.message?.typeName.startsWith('bank.'))?.message ?? request;
  const field = resource.fields.find((candidate) => !/(^|_)(id|ids|etag|only|mask)$/.test(candidate.name));
  return field?.jsonName ?? '';
}

function sampleEnum(field: DescField, { item }: Sampling): JsonValue {
  const rules = itemRules(field)?.type;
  const refused = rules?.case === 'enum' ? rules.value.notIn : [];
  const allowed = rules?.case === 'enum' ? rules.value.in : [];
  const values = (field.enum?.values ?? []).filter(({ number }) => {
    return number !== 0 && !refused.includes(number) && (allowed.length === 0 || allowed.includes(number));
  });
  const example = values.find(({ name }) => commentOf(field).includes(`\`${name}\``));
  return (example ?? values[item % Math.max(values.length, 1)])?.name ?? 0;
}

function sampleScalar(field: DescField, sampling: Sampling): JsonValue {
  switch (field.scalar) {
    case ScalarType.STRING:
      return sampleString(field, sampling);
    case ScalarType.BOOL:
      return true;
    case ScalarType.BYTES: {
      const rules = itemRules(field)?.type;
      const length = rules?.case === 'bytes' ? Number(rules.value.len) : 0;
      return Buffer.from(Array.from({ length: length || 4 }, (_, byte) => byte)).toString('base64');
    }
    default: {
      const rules = itemRules(field)?.type;
      const bound = rules?.case === 'int32' ? rules.value.greaterThan : { case: undefined };
      const least = bound.case === undefined ? 0 : bound.value + (bound.case === 'gt' ? 1 : 0);
      return field.name === 'page_size' ? 25 : Math.max(least + sampling.item, 1);
    }
  }
}

function sampleString(field: DescField, { options, item }: Sampling): string {
  const id = options.idOf(field);
  const prefix = idPrefixes[id?.kind ?? ''] ?? 'id';
  const candidates = [
    ...(id === undefined || /ibans?$/.test(field.name)
      ? []
      : [`${prefix}_01kg3v9m2hf7c8t4xq0zr6y5w${'bcd'[(item + idsBefore(field, options)) % 3]}`]),
    ...[...commentOf(field).matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
    ...(stringSamples.find(([name]) => name.test(field.name))?.[1] ?? []),
    ...anyString,
  ];
  const rules = itemRules(field)?.type;
  if (rules?.case !== 'string') {
    return candidates[0] ?? '';
  }
  const { pattern, minLen, maxLen, in: words, prefix: start } = rules.value;
  const fits = (text: string): boolean =>
    matches(pattern, text) &&
    text.length >= minLen &&
    (maxLen === 0n || text.length <= maxLen) &&
    text.startsWith(start);
  const good = candidates.filter(fits);
  // Items of one list differ, in case none may stand in it twice.
  const chosen = good[field.fieldKind === 'list' ? item % Math.max(good.length, 1) : 0];
  return words[0] ?? chosen ?? candidates[0] ?? '';
}

// How many fields of its message name something of the same kind before it does: a debtor is not the creditor.
function idsBefore(field: DescField, options: Options): number {
  const kind = options.idOf(field)?.kind;
  const { fields } = field.parent;
  return fields.slice(0, fields.indexOf(field)).filter((other) => options.idOf(other)?.kind === kind).length;
}

function commentOf(field: DescField): string {
  return getComments(field).leading ?? '';
}

// The rules of a single value: for a list, those of its items.
function itemRules(field: DescField): ReturnType<typeof rulesOf> {
  return field.fieldKind === 'list' ? listRules(field)?.items : rulesOf(field);
}

function listRules(field: DescField): { minItems: bigint; items?: ReturnType<typeof rulesOf> } | undefined {
  const rules = rulesOf(field)?.type;
  return rules?.case === 'repeated' ? rules.value : undefined;
}
