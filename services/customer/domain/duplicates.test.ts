import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { ContactKind, CustomerSchema, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { DuplicateReason } from '#gen/bank/customer/v1/duplicate_pb.ts';
import { duplicateLikeness } from './duplicates.ts';

const somebody = (name: string, birthDate: string, { email = '', number = '' } = {}) => {
  const [givenName = '', familyName = ''] = name.split(' ');
  return create(CustomerSchema, {
    party: { case: 'person', value: { givenName, familyName, birthDate } },
    contacts: email === '' ? [] : [{ kind: ContactKind.EMAIL, value: email }],
    identifiers: number === '' ? [] : [{ kind: IdentifierKind.NATIONAL_ID, value: number, countryCode: 'CZ' }],
  });
};

describe('Who may be one and the same', () => {
  const jana = somebody('Jana Novotná', '1985-02-28', { email: 'jana@example.org', number: '855228/0001' });
  const cases: [who: string, other: typeof jana, says: string][] = [
    ['the same name and date', somebody('Jana Novotna', '1985-02-28'), '80 NAME DATE'],
    ['a name that is spelt otherwise, and the date', somebody('Yana Novotna', '1985-02-28'), 'NAME DATE'],
    ['the same name alone', somebody('Jana Novotna', '1970-01-01'), 'two'],
    ['the same date alone', somebody('Petr Svoboda', '1985-02-28'), 'two'],
    [
      'another name after a wedding',
      somebody('Jana Horáková', '1985-02-28', { email: 'JANA@example.org' }),
      '75 DATE CONTACT',
    ],
    ['the address that a family shares', somebody('Petr Svoboda', '1970-01-01', { email: 'jana@example.org' }), 'two'],
    ['the same number', somebody('Petr Svoboda', '1970-01-01', { number: '855228/0001' }), '90 IDENTIFIER'],
  ];
  for (const [who, other, says] of cases) {
    it(`${says === 'two' ? 'are not those with' : 'are those with'} ${who}`, () => {
      const found = duplicateLikeness(jana, other);
      const words = (found?.reasons ?? []).map(
        (reason) => Object.entries(DuplicateReason).find(([, value]) => value === reason)?.[0] ?? '',
      );
      const told = found ? `${found.score} ${words.join(' ')}` : 'two';
      expect(told).to.include(says);
      expect(duplicateLikeness(other, jana)).to.deep.equal(found);
    });
  }

  it('are never a person and an organisation', () => {
    const firm = create(CustomerSchema, {
      party: { case: 'organisation', value: { legalName: 'Jana Novotná', registrationDate: '1985-02-28' } },
      identifiers: jana.identifiers,
    });
    expect(duplicateLikeness(jana, firm)).to.equal(undefined);
  });
});
