// Messages out of the blue, for properties: whatever a description allows, in every mixture.
import fc from 'fast-check';
import { definitionOf, type Message, type MessageName } from './definitions.ts';
import { type Fields, type Leaf, occurrence, type Shape } from './shape.ts';

/** How full a message is: of what need not be there, each part so often. */
const FULLNESS = 0.35;

/** Any message of a name that its description allows; without a count or a sum, which would have to be right. */
export function anyMessage(name: MessageName): fc.Arbitrary<Message> {
  const { shape } = definitionOf(name);
  return anyOf(shape, 0).map((content) => ({ name, content: counted(name, content) }) as Message);
}

/** The content with the number of payments that it has, and without a sum. */
function counted(name: MessageName, content: unknown): unknown {
  const { items } = definitionOf(name);
  const header = (content as { GrpHdr?: Record<string, unknown> }).GrpHdr;
  if (!items || !header) return content;
  const groups = items.group ? listAt(content, items.group) : [content as Record<string, unknown>];
  for (const group of items.group ? groups : []) {
    if (group['NbOfTxs'] !== undefined) group['NbOfTxs'] = String(listAt(group, items.element).length);
    delete group['CtrlSum'];
  }
  header['NbOfTxs'] = String(groups.reduce<number>((sum, group) => sum + listAt(group, items.element).length, 0));
  delete header['CtrlSum'];
  return content;
}

function listAt(value: unknown, name: string): Record<string, unknown>[] {
  return ((value as Record<string, unknown>)[name] ?? []) as Record<string, unknown>[];
}

function anyOf(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'leaf':
      return textOf(shape);
    case 'amount':
      return fc.record({ Ccy: textOf(shape.currency), value: textOf(shape.value) });
    case 'kept':
      // What really stands there only the standard knows; an element of somebody else's may stand in an envelope.
      return fc.constant({
        name: 'Envlp',
        children: [{ name: 'a', namespace: 'urn:other', attributes: { b: 'c & "d"' }, children: [' <e> '] }],
      });
    case 'choice':
      return fc.oneof(
        ...entriesOf(shape.fields).map(([name, field]) => fieldOf(field, depth, 1).map((value) => ({ [name]: value }))),
      );
    default:
      return fc
        .tuple(
          ...entriesOf(shape.fields).map(([name, field]) => fieldOf(field, depth, 0).map((value) => [name, value])),
        )
        .map((pairs) => Object.fromEntries(pairs.filter(([, value]) => value !== undefined)));
  }
}

function entriesOf(fields: Fields) {
  // What is kept as it comes is nowhere needed but in an envelope.
  return Object.entries(fields).filter(([name, field]) => occurrence(field).shape.kind !== 'kept' || name === 'Envlp');
}

function fieldOf(field: Fields[string], depth: number, asked: 0 | 1): fc.Arbitrary<unknown> {
  const { shape, least, most } = occurrence(field);
  const needed = Math.max(least, asked);
  const inside = () => anyOf(shape, depth + 1);
  if (most === 1) return needed > 0 ? inside() : sometimes(depth, inside);
  const list = () => fc.array(inside(), { minLength: 1, maxLength: Math.min(most, 2) });
  return needed > 0 ? list() : sometimes(depth, list);
}

function sometimes(depth: number, make: () => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const weight = Math.max(1, Math.round(100 * (depth > 4 ? FULLNESS / 3 : FULLNESS)));
  return fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 100 - weight },
    { arbitrary: fc.constant(0).chain(make), weight },
  );
}

const CHARACTER = fc.constantFrom(...Array.from('aZ09 .,:-+/()?&<>"\'é€😀'));

const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  'a BIC': ['BANKCZPP', 'BANKCZPPXXX'],
  'an IBAN': ['CZ6508000000192000145399', 'DE89370400440532013000'],
  'an LEI': ['529900T8BM49AURSDO55'],
  'the code of a country': ['CZ', 'DE'],
  'the code of a currency': ['CZK', 'EUR', 'TND'],
  'a UUID': ['00000000-0000-4000-8000-00000000000a'],
  'a telephone number': ['+420-601123456'],
  'a date like 2026-11-28': ['2026-11-28', '2024-02-29', '2026-11-28+01:00'],
  'a time like 2026-11-28T09:30:00Z': [
    '2026-11-28T09:30:00Z',
    '2026-11-28T09:30:00.12345+01:00',
    '2026-11-28T24:00:00',
  ],
  'a time of day like 09:30:00': ['09:30:00'],
  'a year': ['2026'],
  'a month like 2026-11': ['2026-11'],
};

function textOf({ name, accepts }: Leaf): fc.Arbitrary<string> {
  const [, longest] = /^a text of 1 to (\d+) characters$/.exec(name) ?? [];
  if (longest)
    return fc.string({ unit: CHARACTER, minLength: 1, maxLength: Math.min(40, Number(longest)) }).filter(accepts);
  if (name.startsWith('one of ')) return fc.constantFrom(...name.slice('one of '.length).split(', '));
  const [, least, most] = /^(\d+)(?: to (\d+))? digits$/.exec(name) ?? [];
  if (least) {
    const maxLength = Number(most ?? least);
    return fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: Number(least), maxLength });
  }
  if (name.startsWith('a decimal')) {
    const decimals = ['0', '5', '5.00', '0.00001', '.5', '7.', '0012.3400000', '1234567890123.45678'];
    return fc.constantFrom(...decimals.filter(accepts));
  }
  const samples = (SAMPLES[name] ?? ['AB12']).filter(accepts);
  if (samples.length === 0) throw new Error(`no sample for ${name}`);
  return fc.constantFrom(...samples);
}
