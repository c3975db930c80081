import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { cases } from '#chassis/testing/property.ts';
import { SanctionedKind, type SanctionsEntry, SanctionsEntrySchema } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { choices, inCyrillic, misspelt, ordinaryNames, reordered, spelltElsewhere } from '../testing-names.ts';
import { jaroWinkler } from './name-matching.ts';
import { readOfac } from './sanctions-ofac.ts';
import { readUnitedNations } from './sanctions-un.ts';
import { SCORE_MIN, type Screened, screenOf } from './screening.ts';

const person = (name: string, birthYear?: number): Screened => ({ names: [name], organisation: false, birthYear });
const REAL = fileURLToPath(new URL('../../../../shared/data/sanctions/', import.meta.url));

function listed(
  entryNumber: string,
  text: string,
  changes: Partial<Pick<SanctionsEntry, 'kind'>> = {},
): SanctionsEntry {
  const names = [{ text }, { text: `${text} the Younger Wolf`, weak: true }];
  const birthYears = [{ firstYear: 1960, lastYear: 1962 }];
  return create(SanctionsEntrySchema, { entryNumber, kind: SanctionedKind.PERSON, names, birthYears, ...changes });
}

describe('Jaro-Winkler', () => {
  it('is what is published of it', () => {
    const published: [string, string, number][] = [
      ['MARTHA', 'MARHTA', 0.961],
      ['DIXON', 'DICKSONX', 0.813],
      ['DWAYNE', 'DUANE', 0.84],
      ['JELLYFISH', 'SMELLYFISH', 0.896],
      ['ABC', 'XYZ', 0],
      ['SAME', 'SAME', 1],
    ];
    for (const [one, other, expected] of published) {
      expect(jaroWinkler(one, other), `${one} ${other}`).to.be.closeTo(expected, 0.001);
      expect(jaroWinkler(other, one)).to.be.closeTo(expected, 0.001);
    }
  });
});

describe('Screening', () => {
  const screen = screenOf([
    listed('1', 'AL-QADHAFI, Muammar Mohammed'),
    listed('2', 'Abd al-Rahman Yasin'),
    listed('3', 'Zlotnik Trading Company Ltd', { kind: SanctionedKind.ORGANISATION }),
    listed('4', 'ZHIRKOVSKY, Vladimir Igorevich'),
  ]);
  const found = (who: Screened) => screen.matches(who).map(({ entry }) => entry.entryNumber);

  it('finds a name in whichever order, script, spelling and with whichever articles', () => {
    for (const name of [
      'Muammar Mohamed Qadhafi',
      'Moammar Muhammad al Qadafi',
      'qadhafi mohamad muamar',
      'معمر محمد القذافي',
    ]) {
      expect(found(person(name)), name).to.deep.equal(['1']);
    }
    for (const name of ['Abdulrahman Yasin', 'Yasin Abdul Rahman', 'Abdurrahman Yassin', 'ABDEL-RAHMAN YASEEN']) {
      expect(found(person(name)), name).to.deep.equal(['2']);
    }
    for (const name of ['Владимир Жирковский', 'Wladimir Igorewitsch Schirkowski', 'Vladimir Igorevic Žirkovskij']) {
      expect(found(person(name)), name).to.deep.equal(['4']);
    }
  });

  it('holds persons against persons and organisations against organisations, whatever they are by law', () => {
    const company = (name: string): Screened => ({ names: [name], organisation: true, birthYear: undefined });
    expect(found(company('ZLOTNIK TRADING GmbH'))).to.deep.equal(['3']);
    expect(found(person('Zlotnik Trading'))).to.deep.equal([]);
    expect(found(company('Muammar Mohammed Qadhafi'))).to.deep.equal([]);
    expect(found(company('Bakery Trading'))).to.deep.equal([]);
  });

  it('holds those who were born at another time to be less alike, and weak names', () => {
    const scoreOf = (who: Screened) => screen.matches(who)[0]?.score ?? 0;
    expect(scoreOf(person('Abdulrahman Yasin', 1964))).to.equal(1);
    expect(scoreOf(person('Abdulrahman Yasin', 1965))).to.be.closeTo(0.95, 1e-9);
    expect(scoreOf(person('Abdulrahman Yasin Younger Wolf'))).to.be.closeTo(0.95, 1e-9);
    expect(scoreOf(person('Yasin'))).to.equal(0);
  });

  it('finds real names misspelt, reordered and written elsewhere, and few others', function () {
    if (!existsSync(REAL)) return this.skip();
    this.timeout(120_000);
    const read = (file: string) => readFileSync(`${REAL}${file}`, 'utf8');
    const entries = [
      ...readOfac(read('ofac-sdn.csv'), read('ofac-alt.csv'), read('ofac-add.csv')),
      ...readUnitedNations(read('un-consolidated.xml')),
    ];
    const real = screenOf(entries);
    const persons = entries.filter(
      ({ kind, names }) => kind === SanctionedKind.PERSON && (names[0]?.text.split(' ').length ?? 0) > 1,
    );
    const { seed, numRuns } = cases(150, 3_500);
    const choose = choices(seed);
    const asked = Array.from({ length: numRuns }, () => persons[choose(persons.length)] as SanctionsEntry);
    const share = (change: (name: string) => string) =>
      asked.filter((entry) => {
        const name = change(entry.names[0]?.text ?? '');
        return real.matches(person(name)).some((match) => match.entry === entry);
      }).length / numRuns;
    const shares = {
      'as they are': share((name) => name),
      misspelt: share((name) => misspelt(name, choose)),
      'misspelt twice': share((name) => misspelt(misspelt(name, choose), choose)),
      reordered: share((name) => reordered(name, choose)),
      'in Cyrillic': share(inCyrillic),
      'spelt elsewhere': share(spelltElsewhere),
    };
    const ordinary = ordinaryNames(10_000);
    const start = performance.now();
    const falseHits = ordinary.map((name) => ({ name, match: real.matches(person(name))[0] }));
    const seconds = (performance.now() - start) / 1_000;
    const hit = falseHits.filter(({ match }) => match);
    for (const [how, of] of Object.entries(shares)) console.log(`      ${(100 * of).toFixed(1)} % found ${how}`);
    console.log(`      ${hit.length} of 10,000 ordinary names are hits at ${SCORE_MIN} (${seconds.toFixed(1)} s)`);
    expect(shares['as they are']).to.equal(1);
    for (const how of ['misspelt', 'reordered', 'in Cyrillic', 'spelt elsewhere'] as const) {
      expect(shares[how], how).to.be.greaterThan(0.88);
    }
    expect(shares['misspelt twice']).to.be.greaterThan(0.8);
    expect(hit.length).to.be.lessThan(200);
  });
});
