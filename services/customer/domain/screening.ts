// Who of those on the sanctions lists a customer may be.
import { SanctionedKind, type SanctionsEntry } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { type NameIndex, nameIndex } from './name-index.ts';

/** Who is held against the lists. */
export interface Screened {
  readonly names: readonly string[];
  readonly organisation: boolean;
  /** Of a person; undefined where it is not known. */
  readonly birthYear: number | undefined;
}

/** A listed party that somebody may be. */
export interface Match {
  readonly entry: SanctionsEntry;
  readonly matchedName: string;
  /** From 0 to 1. */
  readonly score: number;
}

/** The parties of all lists, ready to be searched. */
export interface Screen {
  readonly nameCount: number;
  /** The parties that somebody may be, the most alike first; each once, by the most alike of its names. */
  matches(who: Screened): Match[];
}

/** From which score on somebody is like a listed party. */
export const SCORE_MIN = 0.88;

/** Weak names are held to be less alike by so much. */
const WEAK_LESS = 0.05;
/** Persons whose years of birth are known to be further apart than this are held to be less alike by so much. */
const YEARS_APART = 2;
const BORN_APART_LESS = 0.05;

/** Makes a screen of entries: persons are found among persons, organisations among organisations. */
export function screenOf(entries: readonly SanctionsEntry[]): Screen {
  const indexOf = (kind: SanctionedKind) =>
    nameIndex(
      entries
        .filter((entry) => entry.kind === kind)
        .flatMap((entry) => entry.names.map(({ text, weak }) => ({ of: { entry, weak }, text }))),
    );
  const persons = indexOf(SanctionedKind.PERSON);
  const organisations = indexOf(SanctionedKind.ORGANISATION);
  return {
    nameCount: persons.size + organisations.size,
    matches: (who) => matchesIn(who.organisation ? organisations : persons, who),
  };
}

function matchesIn(
  index: NameIndex<{ entry: SanctionsEntry; weak: boolean }>,
  { names, birthYear }: Screened,
): Match[] {
  const best = new Map<SanctionsEntry, Match>();
  for (const { of, text, score: alike } of names.flatMap((name) => index.find(name, SCORE_MIN))) {
    const { entry, weak } = of;
    const score = alike - (weak ? WEAK_LESS : 0) - (isBornApart(entry, birthYear) ? BORN_APART_LESS : 0);
    if (score < SCORE_MIN || score <= (best.get(entry)?.score ?? 0)) continue;
    best.set(entry, { entry, matchedName: text, score });
  }
  return [...best.values()].sort((one, other) => other.score - one.score);
}

function isBornApart({ birthYears }: SanctionsEntry, birthYear: number | undefined): boolean {
  if (birthYear === undefined || birthYears.length === 0) return false;
  return birthYears.every(
    ({ firstYear, lastYear }) => birthYear < firstYear - YEARS_APART || birthYear > lastYear + YEARS_APART,
  );
}
