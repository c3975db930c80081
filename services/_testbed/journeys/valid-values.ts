// Requests that the contract accepts and nobody sends in good faith: extremes, other people's ids, ids of nothing, dates
// of other ages, texts that hurt.
import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  ScalarType,
} from '@bufbuild/protobuf';
import fc from 'fast-check';
import { requestValidator } from '#chassis/validation.ts';
import { asCommand } from './samples.ts';

/** Ids and dates of things that exist, which most mistakes are made with. */
export interface Known {
  readonly ids: readonly string[];
  readonly dates: readonly string[];
}

const TRIES = 60;
/** Of few that are wanted, as many are made: of some RPCs hardly one in ten is valid. */
const SAMPLES = 60;

const TEXTS: readonly string[] = [
  '',
  ' ',
  'a',
  '0',
  '-1',
  'null',
  '\u202Ecod.yap',
  '\u{1F648}'.repeat(30),
  'Z\u0351\u036B'.repeat(20),
  'x'.repeat(35),
  'x'.repeat(64),
  'x'.repeat(140),
  'Šárka Ďurišová-Ñandú',
  "Robert'); drop table account; --",
  '%s%n\\x00',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'jnl_',
  'CZ6508000000192000145399',
  'correct horse battery staple',
  '+420601234567',
  'a@b.cz',
  '19800101/0001',
  '1980-01-01',
  'https://bank.example',
  'http://[::1]:1/%2e%2e/?a=b#c',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'urn:bank:none',
];

const AMOUNTS: readonly string[] = [
  '0.01',
  '1.00',
  '1',
  '0.00',
  '-0.01',
  '-1.00',
  '99.99',
  '0.001',
  '92233720368547758.07',
  '92233720368547758.08',
  '9223372036854775807',
  '999999999999999999.99',
  '-92233720368547758.08',
];

const CURRENCIES = ['CZK', 'CZK', 'CZK', 'EUR', 'JPY', 'KWD', 'XXX', 'XAU', 'ZZZ'];
const COUNTRIES = ['CZ', 'SK', 'US', 'XK', 'AQ', 'ZZ'];
const DATES = ['0001-01-01', '1582-10-10', '1900-02-28', '1970-01-01', '2024-02-29', '2100-12-31', '9999-12-31'];
const INSTANTS = [
  '0001-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '2024-02-29T23:59:59.999999999Z',
  '2099-06-30T12:00:00Z',
  '9999-12-31T23:59:59.999Z',
];
const INTEGERS = [0, 1, -1, 2, 7, 100, 1_000, 2_147_483_647, -2_147_483_648];
/** What messages of card networks have, by the names of the fields: digits of which no text above is made. */
const OF_CARDS: Readonly<Record<string, readonly string[]>> = {
  card_number: ['4111111111111111', '9999700000000000', '000000000000', '9999999999999999999'],
  acquirer: ['1', '0', '99999999999'],
  trace_number: ['000000', '000001', '999999'],
  transmission_time: ['0000000000', '1128093000', '9999999999'],
  expiry: ['', '0000', '3011', '9999'],
  retrieval_reference: ['', '            ', '000000000042'],
};
const LARGE = ['0', '1', '-1', '1000', '9007199254740993', '9223372036854775807', '-9223372036854775808'];
const PREFIXES = ['cus', 'acc', 'txn', 'hld', 'jnl', 'lac', 'prd', 'ses', 'req', 'xyz'];
/** Of the right form, and of nothing. */
const NOBODY = PREFIXES.map((prefix) => `${prefix}_01h455vb4pex5vsknk084sn02q`);

/**
 * `count` requests of a message that its contract accepts, from a seed: what `valid` has, with some of it changed; where there is no
 * valid one, made from nothing. Fewer where the contract leaves less to say.
 */
export function validRequests(
  message: DescMessage,
  valid: JsonObject | undefined,
  known: Known,
  { seed, count }: { readonly seed: number; readonly count: number },
): JsonObject[] {
  const arbitrary = valid ? changed(message, valid, known, 0) : made(message, known, 0);
  const accepted: JsonObject[] = [];
  for (let round = 0; accepted.length < count && round < TRIES; round += 1) {
    for (const request of fc.sample(arbitrary, { seed: seed + round, numRuns: Math.max(count, SAMPLES) })) {
      if (accepted.length < count && isValid(message, request)) accepted.push(request);
    }
  }
  return accepted;
}

function isValid(message: DescMessage, request: JsonObject): boolean {
  try {
    return requestValidator().validate(message, fromJson(message, asCommand(message, request, true))).kind === 'valid';
  } catch {
    // Not even of the types of the contract.
    return false;
  }
}

/** One to four fields of a valid message are others. */
function changed(message: DescMessage, valid: JsonObject, known: Known, depth: number): fc.Arbitrary<JsonObject> {
  const fields = message.fields.filter(isOpen);
  if (fields.length === 0) return fc.constant(valid);
  const one = fc
    .constantFrom(...fields)
    .chain((field) => within(field, valid[field.localName], known, depth).map((value) => ({ field, value })));
  return fc.array(one, { minLength: 1, maxLength: 4 }).map((changes) => {
    const request: Record<string, JsonValue> = { ...valid };
    for (const { field, value } of changes) {
      // A oneof holds one of its cases.
      for (const sibling of field.oneof?.fields ?? []) delete request[sibling.localName];
      request[field.localName] = value;
    }
    return request;
  });
}

/** Another value; of a message, or of a list of them, mostly one that is like the present value. */
function within(field: DescField, now: JsonValue | undefined, known: Known, depth: number): fc.Arbitrary<JsonValue> {
  const inner = 'message' in field && field.message?.typeName.startsWith('bank.') ? field.message : undefined;
  if (!inner || now === undefined) return anyValue(field, known, depth);
  if (!Array.isArray(now)) return changed(inner, now as JsonObject, known, depth + 1);
  const item = fc.constantFrom(...(now as JsonObject[])).chain((one) => changed(inner, one, known, depth + 1));
  return fc.array(fc.oneof(item, fc.constantFrom(...now)), { maxLength: 4 });
}

/** A message with most of its fields. */
function made(message: DescMessage, known: Known, depth: number): fc.Arbitrary<JsonObject> {
  const single = message.fields.filter((field) => isOpen(field) && !field.oneof);
  const fields = Object.fromEntries(
    single.map((field) => [field.localName, fc.option(anyValue(field, known, depth), { freq: 5, nil: undefined })]),
  );
  const cases = message.oneofs.map((oneof) =>
    fc
      .constantFrom(...oneof.fields)
      .chain((field) => anyValue(field, known, depth).map((value): JsonObject => ({ [field.localName]: value }))),
  );
  return fc.tuple(fc.record(fields), ...cases).map((parts) => {
    const all = Object.assign({}, ...parts) as Record<string, JsonValue | undefined>;
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JsonObject;
  });
}

/** Whether a call is a rehearsal, and under which key, says who calls. */
function isOpen({ name }: DescField): boolean {
  return name !== 'validate_only' && name !== 'request_id';
}

function anyValue(field: DescField, known: Known, depth: number): fc.Arbitrary<JsonValue> {
  switch (field.fieldKind) {
    case 'enum':
      return fc.constantFrom<JsonValue>(...field.enum.values.map(({ name }) => name));
    case 'message':
      return messageOf(field.message, field, known, depth);
    case 'scalar':
      return scalarOf(field.name, field.scalar, known);
    case 'list': {
      const item = field.message
        ? messageOf(field.message, field, known, depth)
        : field.enum
          ? fc.constantFrom<JsonValue>(...field.enum.values.map(({ name }) => name))
          : scalarOf(field.name, field.scalar ?? ScalarType.STRING, known);
      return fc.oneof(
        { arbitrary: fc.array(item, { maxLength: 4 }), weight: 5 },
        // The same thing many times over.
        { arbitrary: item.chain((one) => fc.nat(120).map((times) => Array<JsonValue>(times).fill(one))), weight: 1 },
      );
    }
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'x'.repeat(40), '__proto__', 'é'), fc.constantFrom(...TEXTS), {
        maxKeys: 3,
      }) as fc.Arbitrary<JsonValue>;
  }
}

function messageOf(message: DescMessage, field: DescField, known: Known, depth: number): fc.Arbitrary<JsonValue> {
  if (message.typeName === 'google.protobuf.Timestamp') return fc.constantFrom(...INSTANTS);
  if (message.typeName === 'google.protobuf.FieldMask') {
    const names = field.parent.fields.map(({ localName }) => localName);
    return fc
      .uniqueArray(fc.constantFrom(...names, '*', 'person.name', 'nothing'), { maxLength: 3 })
      .map((all) => all.join(','));
  }
  return depth > 4 ? fc.constant({}) : made(message, known, depth + 1);
}

function scalarOf(name: string, type: ScalarType, { ids, dates }: Known): fc.Arbitrary<JsonValue> {
  if (type === ScalarType.BOOL) return fc.boolean();
  if (type === ScalarType.BYTES) {
    // As long as a digest, or however long.
    const bytes = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 40 }));
    return bytes.map((all) => Buffer.from(all).toString('base64'));
  }
  if (type === ScalarType.INT32 || type === ScalarType.UINT32) return fc.constantFrom(...INTEGERS);
  if (type !== ScalarType.STRING) return fc.constantFrom(...LARGE);
  const ofCards = OF_CARDS[name];
  if (ofCards) return fc.constantFrom(...ofCards);
  if (name === 'amount' || name.endsWith('_amount')) return fc.constantFrom(...AMOUNTS);
  if (name.endsWith('currency_code')) return fc.constantFrom(...CURRENCIES);
  if (name.endsWith('country_code')) return fc.constantFrom(...COUNTRIES);
  if (name.endsWith('date')) return fc.constantFrom(...DATES, ...dates, ...dates);
  if (/_ids?$/.test(name)) return fc.constantFrom(...ids, ...ids, ...NOBODY, 'x', 'lac_cash_czk', 'prd_current_czk');
  return fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'grapheme', maxLength: 60 }));
}
