// By what a customer is found: the values of some particulars, written in one way whatever their case, accents and
// spaces. Only keyed hashes of them are stored.
import { type Contact, ContactKind, type Identifier } from '#gen/bank/customer/v1/customer_pb.ts';
import type { Particulars } from './particulars.ts';

/** What kind of value a search term is. */
export type Purpose = 'name' | 'contact' | 'identifier';

/** A value to find a customer by, in its one way of writing. */
export interface Term {
  readonly purpose: Purpose;
  readonly value: string;
}

/** Letters that Unicode does not take apart into a plain letter and an accent. */
const LETTERS: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', đ: 'd', ħ: 'h', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe' };

/** A text in lower case, without the accents of Latin, Greek and Cyrillic letters, its words one space apart. */
export function normalise(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[łøđħıßæœ]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/\s+/g, ' ')
    .trim();
}

/** The term that finds a value: a name keeps its spaces, an address or a number has none that matter. */
export function termOf(purpose: Purpose, value: string): Term {
  const text = normalise(value);
  return { purpose, value: purpose === 'name' ? text : text.replaceAll(' ', '') };
}

/** The terms by which a customer is found, each once: family or legal name, contacts, identifiers. */
export function termsOf({ party, contacts, identifiers }: Particulars): Term[] {
  const name = party.case === 'person' ? party.value.familyName : (party.value?.legalName ?? '');
  return distinct([
    termOf('name', name),
    ...contacts.map(({ value }) => termOf('contact', value)),
    ...identifiers.map(({ value }) => termOf('identifier', value)),
  ]);
}

/** What two active customers may not share: an identifier's kind, country and number. */
export function identityOf({ kind, countryCode, value }: Identifier): string {
  return JSON.stringify([kind, countryCode, termOf('identifier', value).value]);
}

/** True for an e-mail address (RFC 5321's dot-string at a domain with a dot) or a telephone number in E.164 form. */
export function isContact({ kind, value }: Contact): boolean {
  return kind === ContactKind.PHONE ? PHONE.test(value) : EMAIL.test(value) && value.indexOf('@') <= 64;
}

const PHONE = /^\+[1-9][0-9]{6,14}$/;
const EMAIL =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

function distinct(terms: readonly Term[]): Term[] {
  return [...new Map(terms.map((term) => [`${term.purpose} ${term.value}`, term])).values()];
}
