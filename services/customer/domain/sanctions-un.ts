// Reads the Consolidated List of the Security Council of the United Nations, as it publishes it: one XML document
// (https://www.un.org/sc/resources/sc-sanctions.xsd).

import { create } from '@bufbuild/protobuf';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import {
  type BirthYears,
  SanctionedKind,
  type SanctionsEntry,
  SanctionsEntrySchema,
  SanctionsList,
} from '#gen/bank/customer/v1/sanctions_pb.ts';
import { refuse } from './refusals.ts';
import { distinct, REMARKS_MAX, yearsBetween } from './sanctions-entry.ts';

const FILE = 'consolidated.xml';
const LISTS = /^(?:INDIVIDUALS|ENTITIES|INDIVIDUAL|ENTITY|VALUE|\w+_(?:ALIAS|ADDRESS|DATE_OF_BIRTH))$/;
/** Of a weak alias: the only quality that is worth less. */
const WEAK = 'Low';

/** Values stay texts: no number, no date, no name of a tag is made into anything. A document type is refused before. */
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: true,
  maxNestedTags: 20,
  isArray: (name) => LISTS.test(name),
});

type Element = Readonly<Record<string, unknown>>;

/** The parties of the list, from its text. */
export function readUnitedNations(text: string): SanctionsEntry[] {
  // With one come entities that read files, or that blow up. The list has none.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw unreadable('a document type');
  const root = elementIn(parsed(text), 'CONSOLIDATED_LIST');
  if (!root) throw unreadable('CONSOLIDATED_LIST');
  const entries = [
    ...partiesIn(root, 'INDIVIDUALS', 'INDIVIDUAL').map((one) => entryOf(one, 'INDIVIDUAL', SanctionedKind.PERSON)),
    ...partiesIn(root, 'ENTITIES', 'ENTITY').map((one) => entryOf(one, 'ENTITY', SanctionedKind.ORGANISATION)),
  ];
  if (entries.length === 0) throw unreadable('no party');
  if (new Set(entries.map(({ entryNumber }) => entryNumber)).size < entries.length) throw unreadable('twice');
  return entries;
}

function parsed(text: string): Element {
  if (XMLValidator.validate(text) !== true) throw unreadable('no XML');
  try {
    return parser.parse(text);
  } catch {
    throw unreadable('no XML');
  }
}

function entryOf(party: Element, tag: string, kind: SanctionedKind): SanctionsEntry {
  const entryNumber = textIn(party, 'DATAID');
  const name = ['FIRST_NAME', 'SECOND_NAME', 'THIRD_NAME', 'FOURTH_NAME'].map((part) => textIn(party, part)).join(' ');
  const [main, ...scripts] = distinct([name, textIn(party, 'NAME_ORIGINAL_SCRIPT')]);
  if (!/^\d{1,12}$/.test(entryNumber) || main === undefined) throw unreadable(`the party ${entryNumber}`);
  const aliases = elementsIn(party, `${tag}_ALIAS`);
  const strong = distinct([
    main,
    ...scripts,
    ...aliases.filter((alias) => textIn(alias, 'QUALITY') !== WEAK).map((alias) => textIn(alias, 'ALIAS_NAME')),
  ]);
  const weak = distinct(
    aliases.filter((alias) => textIn(alias, 'QUALITY') === WEAK).map((alias) => textIn(alias, 'ALIAS_NAME')),
  );
  return create(SanctionsEntrySchema, {
    list: SanctionsList.UN_CONSOLIDATED,
    entryNumber,
    kind,
    names: [
      ...strong.map((text) => ({ text })),
      ...weak.filter((text) => !strong.includes(text)).map((text) => ({ text, weak: true })),
    ],
    programs: distinct([textIn(party, 'UN_LIST_TYPE')]),
    birthYears: elementsIn(party, 'INDIVIDUAL_DATE_OF_BIRTH').flatMap(birthYearsOf),
    countries: distinct([
      ...elementsIn(party, `${tag}_ADDRESS`).map((address) => textIn(address, 'COUNTRY')),
      ...valuesIn(party, 'NATIONALITY'),
    ]),
    remarks: distinct([
      textIn(party, 'REFERENCE_NUMBER'),
      ...valuesIn(party, 'DESIGNATION'),
      textIn(party, 'COMMENTS1'),
    ])
      .join('; ')
      .slice(0, REMARKS_MAX),
  });
}

function birthYearsOf(born: Element): BirthYears[] {
  const texts = ['YEAR', 'DATE', 'FROM_YEAR', 'TO_YEAR'].map((part) => textIn(born, part).slice(0, 4));
  const years = texts.filter((text) => /^(?:1[89]|20)\d\d$/.test(text)).map(Number);
  return yearsBetween(years, textIn(born, 'TYPE_OF_DATE') === 'APPROXIMATELY' ? 1 : 0);
}

function partiesIn(root: Element, list: string, tag: string): Element[] {
  return elementsIn(root, list).flatMap((one) => elementsIn(one, tag));
}

function valuesIn(element: Element, tag: string): string[] {
  const values = elementIn(element, tag)?.['VALUE'];
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}

function elementsIn(element: Element, tag: string): Element[] {
  const found = element[tag];
  return (Array.isArray(found) ? found : [found]).filter(isElement);
}

function elementIn(element: Element, tag: string): Element | undefined {
  const found = element[tag];
  return isElement(found) ? found : undefined;
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textIn(element: Element, tag: string): string {
  const value = element[tag];
  return typeof value === 'string' ? value : '';
}

function unreadable(where: string) {
  return refuse('SANCTIONS_FILE_INVALID', { file: FILE, where });
}
