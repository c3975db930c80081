import { expect } from 'chai';
import { RiskRating, RiskReason } from '#gen/bank/customer/v1/kyc_pb.ts';
import { type RiskFacts, rate } from './risk.ts';

describe('the risk of a customer', () => {
  const countries = { highRiskCountryCodes: ['KP'], monitoredCountryCodes: ['HT'] };
  const today = Temporal.PlainDate.from('2026-06-15');
  const person: RiskFacts = {
    restricted: false,
    countryCodes: ['CZ'],
    organisation: false,
    registrationDate: '',
    ownersKnown: false,
    verifyDate: '2026-01-01',
  };
  const bakery = { ...person, organisation: true, ownersKnown: true, registrationDate: '2001-01-01' };
  const { LOW, MEDIUM, HIGH } = RiskRating;
  const cases: readonly [string, RiskFacts, RiskRating, RiskReason[]][] = [
    ['somebody who is known', person, LOW, []],
    ['an organisation whose owners are known', bakery, LOW, []],
    ['one with a hit', { ...person, restricted: true }, HIGH, [RiskReason.SANCTIONS_HIT]],
    ['one of a high-risk country', { ...person, countryCodes: ['CZ', 'KP'] }, HIGH, [RiskReason.HIGH_RISK_COUNTRY]],
    ['one of a monitored country', { ...person, countryCodes: ['HT'] }, MEDIUM, [RiskReason.MONITORED_COUNTRY]],
    ['one of whom nothing is verified', { ...person, verifyDate: undefined }, MEDIUM, [RiskReason.NOTHING_VERIFIED]],
    ['one verified long ago', { ...person, verifyDate: '2023-06-14' }, MEDIUM, [RiskReason.OLD_EVIDENCE]],
    ['one verified three years ago', { ...person, verifyDate: '2023-06-15' }, LOW, []],
    ['an organisation of nobody', { ...bakery, ownersKnown: false }, MEDIUM, [RiskReason.OWNERS_UNKNOWN]],
    ['a young one', { ...bakery, registrationDate: '2025-06-16' }, MEDIUM, [RiskReason.YOUNG_ORGANISATION]],
    ['one of a year', { ...bakery, registrationDate: '2025-06-15' }, LOW, []],
  ];
  for (const [who, facts, rating, reasons] of cases) {
    it(`of ${who} is ${rating}`, () => expect(rate(facts, countries, today)).to.deep.equal({ rating, reasons }));
  }
});
