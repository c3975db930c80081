// What the readers of sanctions lists share, and what tells two versions of a list apart.
import { create, toBinary } from '@bufbuild/protobuf';
import { sha256 } from '#chassis/digest.ts';
import {
  type BirthYears,
  BirthYearsSchema,
  type SanctionsEntry,
  SanctionsEntrySchema,
  SanctionsList,
} from '#gen/bank/customer/v1/sanctions_pb.ts';

/** A list as it is stored: its name in the contract. */
export type ListWord = Exclude<keyof typeof SanctionsList, 'UNSPECIFIED'>;

/** A list by its name. The contract lets no other through. */
export function listWord(list: SanctionsList): ListWord {
  return wordOf(SanctionsList, list) as ListWord;
}

/** The name of a value of an enumeration. */
export function wordOf<Words extends Readonly<Record<string, number>>>(words: Words, value: number): keyof Words {
  const word = Object.keys(words).find((name) => words[name] === value);
  if (word === undefined) throw new Error(`${value} has no name`);
  return word;
}

/** So much of what a list says about a party is kept. */
export const REMARKS_MAX = 2_000;

/** The texts, each once, without those that are empty. */
export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.replace(/\s+/g, ' ').trim()))].filter((text) => text !== '');
}

/** The span of some years, wider by so many on either side; none of none. */
export function yearsBetween(years: readonly number[], slack: number): BirthYears[] {
  if (years.length === 0) return [];
  const [firstYear, lastYear] = [Math.min(...years) - slack, Math.max(...years) + slack];
  return [create(BirthYearsSchema, { firstYear, lastYear })];
}

/** What an entry is, in 32 bytes: another digest is another entry. */
export function digestOf(entry: SanctionsEntry): Buffer {
  return sha256(toBinary(SanctionsEntrySchema, entry));
}

/** What became of a list from one version to the next. */
export interface Difference {
  readonly added: readonly SanctionsEntry[];
  readonly changed: readonly SanctionsEntry[];
  /** The numbers of the parties that are no longer there. */
  readonly removed: readonly string[];
}

/** Compares a list, its digests by number, with what it is to be. */
export function differenceOf(before: ReadonlyMap<string, Buffer>, after: readonly SanctionsEntry[]): Difference {
  const numbers = new Set(after.map(({ entryNumber }) => entryNumber));
  return {
    added: after.filter(({ entryNumber }) => !before.has(entryNumber)),
    changed: after.filter((entry) => before.get(entry.entryNumber)?.equals(digestOf(entry)) === false),
    removed: [...before.keys()].filter((number) => !numbers.has(number)),
  };
}
