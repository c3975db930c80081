// Reads the list of the Office of Foreign Assets Control, as it publishes it: three files of comma-separated values without
// a head, in which `-0-` is nothing (https://ofac.treasury.gov/specially-designated-nationals-list-data-formats-data-schemas).

import { create } from '@bufbuild/protobuf';
import { parse } from 'csv-parse/sync';
import {
  type BirthYears,
  SanctionedKind,
  type SanctionsEntry,
  SanctionsEntrySchema,
  SanctionsList,
} from '#gen/bank/customer/v1/sanctions_pb.ts';
import { refuse } from './refusals.ts';
import { distinct, REMARKS_MAX, yearsBetween } from './sanctions-entry.ts';

const KINDS: Readonly<Record<string, SanctionedKind>> = {
  '': SanctionedKind.ORGANISATION,
  individual: SanctionedKind.PERSON,
  vessel: SanctionedKind.VESSEL,
  aircraft: SanctionedKind.AIRCRAFT,
};

const MAIN = { name: 'sdn.csv', columns: 12 };
const OTHERS = { name: 'alt.csv', columns: 5 };
const ADDRESSES = { name: 'add.csv', columns: 6 };

/** The parties of the list, from the texts of its files. */
export function readOfac(main: string, others: string, addresses: string): SanctionsEntry[] {
  const namesOf = grouped(rowsOf(OTHERS, others), 3);
  const countriesOf = grouped(rowsOf(ADDRESSES, addresses), 4);
  const entries = rowsOf(MAIN, main).map((row): SanctionsEntry => {
    const [entryNumber = '', name = '', type = '', program = '', title = ''] = row;
    const remarks = row[11] ?? '';
    const kind = KINDS[type];
    if (name === '' || kind === undefined) throw unreadable(MAIN.name, `the party ${entryNumber}`);
    const strong = distinct([name, ...(namesOf.get(entryNumber) ?? [])]);
    const weak = [...remarks.matchAll(/a\.k\.a\. '([^']+)'/g)].map(([, text = '']) => text);
    return create(SanctionsEntrySchema, {
      list: SanctionsList.OFAC_SDN,
      entryNumber,
      kind,
      names: [
        ...strong.map((text) => ({ text })),
        ...distinct(weak)
          .filter((text) => !strong.includes(text))
          .map((text) => ({ text, weak: true })),
      ],
      programs: program.split('] [').filter((one) => one !== ''),
      birthYears: kind === SanctionedKind.PERSON ? birthYearsIn(remarks) : [],
      countries: distinct([
        ...(countriesOf.get(entryNumber) ?? []),
        ...[...remarks.matchAll(/\b(?:nationality|citizen) ([^;.]+)/g)].map(([, country = '']) => country),
      ]),
      remarks: [title, remarks]
        .filter((text) => text !== '')
        .join('; ')
        .slice(0, REMARKS_MAX),
    });
  });
  if (entries.length === 0) throw unreadable(MAIN.name, 'no party');
  if (new Set(entries.map(({ entryNumber }) => entryNumber)).size < entries.length)
    throw unreadable(MAIN.name, 'twice');
  return entries;
}

function rowsOf({ name, columns }: typeof MAIN, text: string): string[][] {
  // The files end with the end of file of another age.
  const whole = text.replaceAll('\u001a', '');
  let rows: string[][];
  try {
    rows = parse(whole, { relax_column_count: true, skip_empty_lines: true, trim: true });
  } catch {
    throw unreadable(name, 'no comma-separated values');
  }
  return rows.map((row, index) => {
    if (row.length !== columns || !/^\d{1,9}$/.test(row[0] ?? '')) throw unreadable(name, `row ${index + 1}`);
    return row.map((value) => (value === '-0-' ? '' : value));
  });
}

/** The values of a column that are not empty, by the number in the first. */
function grouped(rows: readonly string[][], column: number): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const [number = '', value = ''] = [row[0], row[column]];
    if (value !== '') groups.set(number, [...(groups.get(number) ?? []), value]);
  }
  return groups;
}

/** `DOB 07 Oct 1954; alt. DOB circa 1955; DOB 1958 to 1963`: a year more or less where it is said to be about so. */
function birthYearsIn(remarks: string): BirthYears[] {
  return [...remarks.matchAll(/\bDOB ([^;.]+)/g)].flatMap(([, text = '']) => {
    const years = [...text.matchAll(/\b(1[89]\d\d|20\d\d)\b/g)].map(([year]) => Number(year));
    return yearsBetween(years, text.includes('circa') ? 1 : 0);
  });
}

function unreadable(file: string, where: string) {
  return refuse('SANCTIONS_FILE_INVALID', { file, where });
}
