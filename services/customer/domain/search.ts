// By what a customer is found: the values of some particulars, written in one way whatever their case, accents and
// spaces. Only keyed hashes of them are stored.
import { type Contact, ContactKind, type Identifier } from '#gen/bank/customer/v1/customer_pb.ts';
import type { Particulars } from './particulars.ts';

/** What kind of value a search term is. */
export type Purpose = 'name' | 'contact' | 'identifier' | 'name_gram';

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
export function termOf(purpose: Exclude<Purpose, 'name_gram'>, value: string): Term {
  const text = normalise(value);
  if (purpose === 'name') return { purpose, value: text };
  const bare = text.replaceAll(' ', '');
  return { purpose, value: purpose === 'contact' && WRITTEN_PHONE.test(bare) ? phoneOf(bare) : bare };
}

/** A telephone number as people write it: `+44 (0)20 7946-0018`, `0044.20.79460018`. */
const WRITTEN_PHONE = /^(?:\+|00)[0-9()./-]+$/;

/** The number in E.164 form: without what only helps the eye, and without the zero that is dialled inside a country alone. */
function phoneOf(written: string): string {
  return `+${written
    .replace(/^(?:\+|00)/, '')
    .replaceAll('(0)', '')
    .replace(/[()./-]/g, '')}`;
}

const GRAM = 3;
/** So many n-grams narrow a search down as far as more would. */
const SEARCHED_GRAMS_MAX = 12;

/** The name of a customer in one way of writing: given and family name of a person, or a legal name. */
export function nameOf({ party }: Pick<Particulars, 'party'>): string {
  const { case: kind, value } = party;
  if (kind === 'person') return normalise(`${value.givenName} ${value.familyName}`);
  return kind === 'organisation' ? normalise(value.legalName) : '';
}

/** The words of a search by parts of a name; none when they are all too short to search by. */
export function partsOf(search: string): string[] {
  const words = normalise(search).split(' ');
  return words.some((word) => Array.from(word).length >= GRAM) ? words : [];
}

/** The terms that the names have in which such parts stand. Others have them too: `fits` tells them apart. */
export function gramsOfParts(parts: readonly string[]): Term[] {
  return distinct(parts.flatMap(gramsOf)).slice(0, SEARCHED_GRAMS_MAX);
}

/** True when each of the parts stands somewhere in the name. */
export function fits(particulars: Pick<Particulars, 'party'>, parts: readonly string[]): boolean {
  const name = nameOf(particulars);
  return parts.every((part) => name.includes(part));
}

/** All that stands in a text three letters at a time; spaces are not searched by, words may come in any order. */
function gramsOf(text: string): Term[] {
  return text.split(' ').flatMap((word) => {
    const letters = Array.from(word);
    return letters
      .slice(GRAM - 1)
      .map((_, index): Term => ({ purpose: 'name_gram', value: letters.slice(index, index + GRAM).join('') }));
  });
}

/** The terms by which a customer is found, each once: family or legal name, parts of the whole name, contacts, identifiers. */
export function termsOf({ party, contacts, identifiers }: Particulars): Term[] {
  const name = party.case === 'person' ? party.value.familyName : (party.value?.legalName ?? '');
  return distinct([
    termOf('name', name),
    ...gramsOf(nameOf({ party })),
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
