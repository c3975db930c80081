// How likely two customers are one and the same. Each thing that they have in common leaves less of the doubt: an identifier a tenth of it, names
// 0.4 and more by how alike they are, a date and a contact half each. So a name or a date alone says nothing, two of them do.
import { DuplicateReason } from '#gen/bank/customer/v1/duplicate_pb.ts';
import { scoreOf, type Word, wordsOf } from './name-matching.ts';
import type { Particulars } from './particulars.ts';
import { SCORE_MIN } from './screening.ts';
import { nameOf, termOf } from './search.ts';

const { NAME, DATE, IDENTIFIER, CONTACT } = DuplicateReason;

/** What two customers have in common. */
export interface Likeness {
  /** From 70 to 100. */
  readonly score: number;
  readonly reasons: readonly DuplicateReason[];
}

type Compared = Pick<Particulars, 'party' | 'contacts' | 'identifiers'>;

const LIKELY_MIN = 0.7;
const CERTAINTY = { [NAME]: 0.6, [DATE]: 0.5, [IDENTIFIER]: 0.9, [CONTACT]: 0.5 } as const;

/** How likely two are one; undefined where they hardly are. */
export function duplicateLikeness(one: Compared, other: Compared): Likeness | undefined {
  // A person and an organisation are two, even if she owns it and gave it her number.
  if (one.party.case !== other.party.case) return undefined;
  const alike = namesAlike(one, other);
  const found: [reason: keyof typeof CERTAINTY, certainty: number][] = [];
  if (alike >= SCORE_MIN) found.push([NAME, CERTAINTY[NAME] * alike]);
  if (dateOf(one) !== '' && dateOf(one) === dateOf(other)) found.push([DATE, CERTAINTY[DATE]]);
  if (isShared(identifiersOf(one), identifiersOf(other))) found.push([IDENTIFIER, CERTAINTY[IDENTIFIER]]);
  if (isShared(contactsOf(one), contactsOf(other))) found.push([CONTACT, CERTAINTY[CONTACT]]);
  const score = 1 - found.reduce((doubt, [, certainty]) => doubt * (1 - certainty), 1);
  if (score < LIKELY_MIN) return undefined;
  return { score: Math.floor(score * 100), reasons: found.map(([reason]) => reason) };
}

/** The same whoever is asked about: the measure counts what is left over of one name more than of the other. */
function namesAlike(one: Compared, other: Compared): number {
  const [ours, theirs] = [wordsOf(nameOf(one)), wordsOf(nameOf(other))];
  const weightOf = ({ text }: Word) => text.length;
  return Math.max(scoreOf(ours, theirs, weightOf), scoreOf(theirs, ours, weightOf));
}

function dateOf({ party }: Compared): string {
  if (party.case === 'person') return party.value.birthDate;
  return party.case === 'organisation' ? party.value.registrationDate : '';
}

function identifiersOf({ identifiers }: Compared): string[] {
  return identifiers.map(({ value }) => termOf('identifier', value).value);
}

function contactsOf({ contacts }: Compared): string[] {
  return contacts.map(({ value }) => termOf('contact', value).value);
}

function isShared(ones: readonly string[], others: readonly string[]): boolean {
  return ones.some((one) => others.includes(one));
}
