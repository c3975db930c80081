import { expect } from 'chai';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { matchOf } from './name-match.ts';
import type { Particulars } from './particulars.ts';

const person = (givenName: string, familyName: string) =>
  ({ case: 'person', value: { givenName, familyName } }) as Particulars['party'];
const organisation = (legalName: string) => ({ case: 'organisation', value: { legalName } }) as Particulars['party'];
const { MTCH, CMTC, NMTC } = NameMatch;

/** What is believed, who it is, what it comes to, and the name that is told. */
const TABLE = [
  ['Jana Novotná', person('Jana', 'Novotná'), MTCH, ''],
  ['NOVOTNA  jana', person('Jana', 'Novotná'), MTCH, ''],
  ['Ing. Jana Novotná, Ph.D.', person('Jana', 'Novotná'), NMTC, ''],
  ['Ing. Jana Novotná', person('Jana', 'Novotná'), MTCH, ''],
  ['Иван Петров', person('Ivan', 'Petrov'), MTCH, ''],
  ['J. Novotná', person('Jana', 'Novotná'), CMTC, 'Jana Novotná'],
  ['Jana Nowotna', person('Jana', 'Novotná'), CMTC, 'Jana Novotná'],
  ['Novotná', person('Jana', 'Novotná'), NMTC, ''],
  ['Jana', person('Jana', 'Novotná'), NMTC, ''],
  ['Jana N.', person('Jana', 'Novotná'), NMTC, ''],
  ['Nováková J.', person('Jana', 'Novotná'), NMTC, ''],
  ['Peter Pan', person('Peter', 'Pan'), MTCH, ''],
  ['Peter', person('Peter', 'Pan'), NMTC, ''],
  ['J. N.', person('Jana', 'Novotná'), NMTC, ''],
  ['Jan Novotný', person('Jana', 'Novotná'), NMTC, ''],
  ['Petr Svoboda', person('Jana', 'Novotná'), NMTC, ''],
  ['...', person('Jana', 'Novotná'), NMTC, ''],
  ['Pekárna U Mostu', organisation('Pekárna U Mostu s.r.o.'), MTCH, ''],
  ['Pekarna Umostu sro', organisation('Pekárna U Mostu s.r.o.'), CMTC, ''],
  ['Pekarny U Mostu', organisation('Pekárna U Mostu s.r.o.'), CMTC, ''],
  ['P. Mostu', organisation('Pekárna Mostu'), NMTC, ''],
] as const;

describe('Whether a name is that of a customer', () => {
  for (const [name, party, match, told] of TABLE) {
    it(`is ${Object.keys(NameMatch).find((key) => NameMatch[key as keyof typeof NameMatch] === match)} of ${name}`, () => {
      expect(matchOf(name, party)).to.deep.equal({ match, matchedName: told });
    });
  }
});
