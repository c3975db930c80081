// Values that a hostile caller would write, for every kind of field of the contract.
import type { DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import fc from 'fast-check';

const LONG = 10_000;

const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'acc_\0',
  '\u202Ecod.yap',
  '\uD800',
  'x\uDFFF',
  '\uFFFE\uFFFF',
  'Z\u0351\u036B'.repeat(200),
  'x'.repeat(LONG),
  '\u{1F648}'.repeat(LONG / 2),
  "'; drop table account; --",
  `$${'{'}jndi:ldap://127.0.0.1/a}`,
  '../../../etc/passwd',
  '%s%s%n%x',
  '<script>alert(1)</script>',
  '\r\nset-cookie: a=b',
  '__proto__',
  'constructor',
  'cus_01h455vb4pex5vsknk084sn02q',
  'acc_01h455vb4pex5vsknk084sn02q',
  'prd_current_czk',
  'lac_cash_czk',
  'CZ6508000000192000145399',
];

const AMOUNTS: readonly string[] = [
  '1e3',
  '-0.00',
  '-1.00',
  '0.00',
  '0.001',
  '00000000000000000000001',
  '999999999999999999.99999999',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '1,000.00',
  '+1.00',
  'NaN',
  'Infinity',
  '0x10',
  '1_000',
  '\u0663.00',
  '.5',
  '5.',
];

const DATES: readonly string[] = [
  '0000-00-00',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
  '2026-02-30',
  '2026-13-01',
  '-271821-04-20',
  '99999-01-01',
  '2026-1-1',
  'today',
  'infinity',
  'epoch',
];

const INSTANTS: readonly JsonValue[] = [
  '9999-12-31T23:59:59.999999999Z',
  '0001-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '2026-01-01T00:00:00',
  '2026-06-31T24:61:61Z',
  0,
  'now',
];

const INTEGERS: readonly JsonValue[] = [
  -1,
  2_147_483_647,
  -2_147_483_648,
  2_147_483_648,
  4_294_967_296,
  1e300,
  1.5,
  -0,
  '1e3',
  '1.0',
  '9007199254740993',
  Number('9007199254740993'),
  '9'.repeat(400),
  '-1',
  'NaN',
];

/** Values that are of no kind at all, or of another. */
const STRANGE: readonly JsonValue[] = [null, true, 0, 1, '', [], {}, [[]], [null], { value: 1 }, { __proto: {} }];

/** A hostile value for a field. */
export function hostileValue(field: DescField, depth = 0): fc.Arbitrary<JsonValue> {
  const strange = fc.constantFrom(...STRANGE);
  return fc.oneof({ arbitrary: likelyFor(field, depth), weight: 9 }, { arbitrary: strange, weight: 1 });
}

/** A message in which one field or two are hostile, and the others as they were. */
export function hostileMessage(message: DescMessage, valid: JsonObject, depth = 0): fc.Arbitrary<JsonObject> {
  // Without it a rehearsal would be carried out.
  const fields = message.fields.filter(({ name }) => name !== 'validate_only');
  if (fields.length === 0) return fc.constant({});
  const changed = fc
    .constantFrom(...fields)
    .chain((field) => nested(field, valid, depth).map((value): JsonObject => ({ [field.localName]: value })));
  return fc
    .array(changed, { minLength: 1, maxLength: 2 })
    .map((changes) => Object.assign({}, valid, ...changes) as JsonObject);
}

/** Inside a message that is valid otherwise, as deep as the contract goes. */
function nested(field: DescField, valid: JsonObject, depth: number): fc.Arbitrary<JsonValue> {
  const now = valid[field.localName];
  const inside = field.fieldKind === 'message' && typeof now === 'object' && now !== null && !Array.isArray(now);
  if (!inside || !field.message || depth > 3) return hostileValue(field, depth);
  return fc.oneof(
    { arbitrary: hostileMessage(field.message, now, depth + 1), weight: 3 },
    { arbitrary: hostileValue(field, depth), weight: 1 },
  );
}

function likelyFor(field: DescField, depth: number): fc.Arbitrary<JsonValue> {
  if (field.fieldKind === 'list') return lists(field, depth);
  if (field.fieldKind === 'enum') return fc.constantFrom<JsonValue>(0, 999, -1, 2_147_483_648, 'NO_SUCH', '1', '');
  if (field.fieldKind === 'message') return messages(field.message, depth);
  if (field.fieldKind === 'scalar') return scalars(field.name, field.scalar);
  return fc.constantFrom(...STRANGE);
}

function scalars(name: string, type: ScalarType): fc.Arbitrary<JsonValue> {
  if (type === ScalarType.BOOL) return fc.constantFrom<JsonValue>(1, 'true', 'yes', []);
  if (type !== ScalarType.STRING) return fc.constantFrom(...INTEGERS);
  if (name === 'amount') return fc.oneof(fc.constantFrom(...AMOUNTS), fc.constantFrom(...TEXTS));
  if (name.endsWith('_date')) return fc.oneof(fc.constantFrom(...DATES), fc.constantFrom(...TEXTS));
  return fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 200 }));
}

/** Ten thousand of something, or a few of what is hostile. */
function lists(field: DescField & { fieldKind: 'list' }, depth: number): fc.Arbitrary<JsonValue> {
  const item = field.message ? messages(field.message, depth) : fc.constantFrom<JsonValue>(...TEXTS);
  const many = fc.constantFrom<JsonValue>('x', {}, 1).map((one): JsonValue => Array(LONG).fill(one) as JsonValue[]);
  return fc.oneof({ arbitrary: fc.array(item, { maxLength: 30 }), weight: 4 }, { arbitrary: many, weight: 1 });
}

function messages(message: DescMessage, depth: number): fc.Arbitrary<JsonValue> {
  if (message.typeName === 'google.protobuf.Timestamp') return fc.constantFrom(...INSTANTS);
  if (message.typeName === 'google.protobuf.FieldMask') {
    return fc.constantFrom(
      '*',
      '..',
      'a,,b',
      'requestId',
      '__proto__',
      'person.person.person',
      'x'.repeat(LONG),
      'a,'.repeat(LONG),
    );
  }
  return depth > 3 ? fc.constant({}) : hostileMessage(message, {}, depth + 1);
}
