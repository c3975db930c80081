// What may be said of a customer.
import { invalid, type Violation } from '#chassis/errors.ts';
import type { Address, Contact, Customer, Identifier } from '#gen/bank/customer/v1/customer_pb.ts';
import { isCountry } from './countries.ts';
import { refuse } from './refusals.ts';
import { isContact, normalise } from './search.ts';

/** What a customer tells of themselves: all that is personal, and sealed. */
export type Particulars = Pick<
  Customer,
  'party' | 'contacts' | 'address' | 'identifiers' | 'residenceCountryCode' | 'dataRegion'
>;

/** The names of the particulars, a party by its kind. */
export const PARTICULAR_NAMES = [
  'person',
  'organisation',
  'contacts',
  'address',
  'identifiers',
  'residenceCountryCode',
  'dataRegion',
] as const;

const OLDEST_YEARS = 150;

/** Checks those of the particulars that are named; the others are not looked at. `today` is the bank's date. */
export function checkParticulars(particulars: Particulars, names: readonly string[], today: Temporal.PlainDate): void {
  const { party, contacts, address, identifiers, residenceCountryCode } = particulars;
  refuseBlank(textsOf(particulars, names));
  if (names.includes('person') && party.case === 'person') {
    checkDate('person.birth_date', party.value.birthDate, today, today.subtract({ years: OLDEST_YEARS }));
  }
  if (names.includes('organisation') && party.case === 'organisation') {
    checkDate('organisation.registration_date', party.value.registrationDate, today);
  }
  if (names.includes('contacts')) contacts.forEach(checkContact);
  if (names.includes('address') && address) checkCountry('address.country_code', address.countryCode);
  if (names.includes('identifiers')) identifiers.forEach(checkIdentifier);
  if (names.includes('residenceCountryCode')) checkCountry('residence_country_code', residenceCountryCode);
}

/** The particulars with those that are named taken from `changes`; contacts and identifiers whole. */
export function mergeParticulars(
  { party, contacts, address, identifiers, residenceCountryCode, dataRegion }: Particulars,
  changes: Particulars,
  names: readonly string[],
): Particulars {
  const merged: Particulars = {
    party: names.some(isPartyKind) ? changes.party : party,
    contacts: names.includes('contacts') ? changes.contacts : contacts,
    identifiers: names.includes('identifiers') ? changes.identifiers : identifiers,
    residenceCountryCode: names.includes('residenceCountryCode') ? changes.residenceCountryCode : residenceCountryCode,
    dataRegion: names.includes('dataRegion') ? changes.dataRegion : dataRegion,
  };
  const whereabouts = names.includes('address') ? changes.address : address;
  return whereabouts ? { ...merged, address: whereabouts } : merged;
}

/** True for the names of the two kinds of party. */
export function isPartyKind(name: string): name is 'person' | 'organisation' {
  return name === 'person' || name === 'organisation';
}

function checkDate(field: string, text: string, latest: Temporal.PlainDate, earliest?: Temporal.PlainDate): void {
  const date = readDay(text);
  const possible =
    date &&
    Temporal.PlainDate.compare(date, latest) <= 0 &&
    (!earliest || Temporal.PlainDate.compare(date, earliest) >= 0);
  if (!possible) throw refuse('DATE_INVALID', { field });
}

function readDay(text: string): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return undefined;
  }
}

function checkContact(contact: Contact, index: number): void {
  if (!isContact(contact)) throw refuse('CONTACT_INVALID', { field: `contacts[${index}].value` });
}

function checkIdentifier({ countryCode }: Identifier, index: number): void {
  if (countryCode !== '') checkCountry(`identifiers[${index}].country_code`, countryCode);
}

function checkCountry(field: string, code: string): void {
  if (!isCountry(code)) throw refuse('COUNTRY_UNKNOWN', { field });
}

/** A name, a line or a number of nothing but spaces says nothing, and would be found by every other such one. */
function refuseBlank(texts: readonly (readonly [field: string, text: string])[]): void {
  const violations = texts.flatMap(([field, text]): Violation[] =>
    normalise(text) === '' ? [{ field, description: 'must not be blank' }] : [],
  );
  if (violations.length > 0) throw invalid(violations);
}

function textsOf(particulars: Particulars, names: readonly string[]): [field: string, text: string][] {
  const { party, address, identifiers } = particulars;
  const texts: [string, string][] = [];
  if (names.includes('person') && party.case === 'person') {
    texts.push(['person.given_name', party.value.givenName], ['person.family_name', party.value.familyName]);
  }
  if (names.includes('organisation') && party.case === 'organisation') {
    texts.push(['organisation.legal_name', party.value.legalName]);
  }
  if (names.includes('address') && address) texts.push(...addressTexts(address));
  if (names.includes('identifiers')) {
    texts.push(...identifiers.map(({ value }, index): [string, string] => [`identifiers[${index}].value`, value]));
  }
  return texts;
}

function addressTexts({ lines, city }: Address): [field: string, text: string][] {
  return [...lines.map((line, index): [string, string] => [`address.lines[${index}]`, line]), ['address.city', city]];
}
