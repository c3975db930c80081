// Whether a name is that of a customer (verification of payee). MTCH: its words are the same, whatever their script, accents, order and spaces; titles and
// legal forms count for nothing. CMTC: its words are alike one by one, or given names are initials (never the family name: who knows what somebody is called would be told it). What is left over on either side is
// another name: half of a name is not nearly it, or whoever knows a family name could ask for the rest.
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { likenessOf, wordsOf } from './name-matching.ts';
import type { Particulars } from './particulars.ts';

type Party = Particulars['party'];

/** What came of it, and the name that may be told. */
export interface Matched {
  readonly match: NameMatch;
  readonly matchedName: string;
}

const TITLES = new Set(
  'mr mrs ms miss dr prof ing mgr bc judr mudr phdr rndr mba phd csc herr frau pan pani'.split(' '),
);
const CLOSE_MIN = 0.85;

/** Holds a name against that of a customer. */
export function matchOf(name: string, party: Party): Matched {
  const own = nameAsWritten(party);
  const isPerson = party.case === 'person';
  const initialled = new Set(isPerson ? partsOf(party.value.givenName, true) : []);
  const match = compare(partsOf(name, isPerson), partsOf(own, isPerson), initialled);
  return { match, matchedName: match === NameMatch.CMTC && isPerson ? own : '' };
}

/** The better of two. */
export function better(one: Matched, other: Matched): Matched {
  return one.match <= other.match ? one : other;
}

/** Their name as they gave it. */
function nameAsWritten({ case: kind, value }: Party): string {
  if (kind === 'person') return `${value.givenName} ${value.familyName}`;
  return kind === 'organisation' ? value.legalName : '';
}

/** The words that tell: of a person single letters too, which are initials. */
function partsOf(name: string, isPerson: boolean): string[] {
  const words = wordsOf(name).map(({ text }) => text);
  const untitled = words.filter((text) => !TITLES.has(text));
  // Somebody's family name may be one: half of their name must not do for all of it.
  const telling = untitled.length > 1 ? untitled : words;
  if (!isPerson) return telling;
  const initials = name
    .split(/[\s.]+/)
    .filter((word) => /^\p{L}$/u.test(word))
    .flatMap((word) => wordsOf(word).map(({ text }) => text));
  return [...telling, ...initials.filter((text) => !telling.includes(text))];
}

/** `initialled`: those of their own words that an initial may stand for. */
function compare(asked: readonly string[], own: readonly string[], initialled: ReadonlySet<string>): NameMatch {
  if (asked.length === 0 || own.length === 0) return NameMatch.NMTC;
  if (asked.toSorted().join('') === own.toSorted().join('') || asked.join('') === own.join('')) return NameMatch.MTCH;
  return isClose(asked, own, initialled) ? NameMatch.CMTC : NameMatch.NMTC;
}

/** Whether each word has one that is like it, and not all are initials. */
function isClose(asked: readonly string[], own: readonly string[], initialled: ReadonlySet<string>): boolean {
  if (asked.length !== own.length) return false;
  const left = [...own];
  let whole = 0;
  // Whole words first, so that an initial takes what they leave.
  for (const word of asked.toSorted((one, other) => other.length - one.length)) {
    const at = left.findIndex((other) => isLike(word, other, initialled));
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (found === undefined) return false;
    if (word.length > 1 && found.length > 1) whole += 1;
  }
  return whole > 0;
}

function isLike(one: string, other: string, initialled: ReadonlySet<string>): boolean {
  if (one === other) return true;
  if (one.length === 1 || other.length === 1) return initialled.has(other) && one[0] === other[0];
  const [[first], [second]] = [wordsOf(one), wordsOf(other)];
  return first !== undefined && second !== undefined && likenessOf(first, second) >= CLOSE_MIN;
}
