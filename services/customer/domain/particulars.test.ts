import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '#chassis/errors.ts';
import { CustomerSchema } from '#gen/bank/customer/v1/customer_pb.ts';
import { isCountry } from './countries.ts';
import { checkParticulars, mergeParticulars, PARTICULAR_NAMES } from './particulars.ts';

const TODAY = Temporal.PlainDate.from('2024-02-29');

function born(birthDate: string) {
  return create(CustomerSchema, {
    party: { case: 'person', value: { givenName: 'Jana', familyName: 'Novotná', birthDate } },
    residenceCountryCode: 'CZ',
  });
}

function reasonOf(check: () => void): string {
  try {
    check();
    return '';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('The particulars of a customer', () => {
  it('have a day of birth that was, at most 150 years ago', () => {
    const days: readonly (readonly [day: string, reason: string])[] = [
      ['2024-02-29', ''],
      ['2024-03-01', 'DATE_INVALID'],
      ['2023-02-29', 'DATE_INVALID'],
      ['1900-02-29', 'DATE_INVALID'],
      ['2000-02-29', ''],
      ['1874-02-28', ''],
      ['1874-02-27', 'DATE_INVALID'],
      ['2020-13-01', 'DATE_INVALID'],
      ['2020-00-10', 'DATE_INVALID'],
      ['0000-00-00', 'DATE_INVALID'],
    ];
    for (const [day, reason] of days) {
      expect(
        reasonOf(() => checkParticulars(born(day), PARTICULAR_NAMES, TODAY)),
        day,
      ).to.equal(reason);
    }
  });

  it('may have any day of the calendar that was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 54_000 }), (days) => {
        checkParticulars(born(TODAY.subtract({ days }).toString()), PARTICULAR_NAMES, TODAY);
      }),
    );
  });

  it('are checked only where they are named', () => {
    const wrong = create(CustomerSchema, { residenceCountryCode: 'XX', contacts: [{ value: 'nobody' }] });
    expect(reasonOf(() => checkParticulars(wrong, [], TODAY))).to.equal('');
    expect(reasonOf(() => checkParticulars(wrong, ['contacts'], TODAY))).to.equal('CONTACT_INVALID');
    expect(reasonOf(() => checkParticulars(wrong, ['residenceCountryCode'], TODAY))).to.equal('COUNTRY_UNKNOWN');
  });

  it('keep what a change does not name', () => {
    const before = create(CustomerSchema, {
      party: born('1985-02-28').party,
      contacts: [{ value: 'a@b.cz' }],
      address: { lines: ['Dlouhá 12'], city: 'Praha', countryCode: 'CZ' },
    });
    const changes = create(CustomerSchema, { residenceCountryCode: 'AT' });
    const changed = mergeParticulars(before, changes, ['residenceCountryCode', 'address']);
    expect(changed.party).to.deep.equal(before.party);
    expect(changed.contacts).to.deep.equal(before.contacts);
    expect(changed.residenceCountryCode).to.equal('AT');
    expect(changed).to.not.have.property('address');
  });

  it('know the 249 countries of ISO 3166-1, and none that was or is only reserved', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
    const known = letters.flatMap((a) => letters.map((b) => a + b)).filter(isCountry);
    expect(known).to.have.length(249);
    expect(['CZ', 'SS', 'CW', 'XK', 'SU', 'EU', 'UK', 'ZZ', 'AN', 'cz', ''].filter(isCountry)).to.deep.equal([
      'CZ',
      'SS',
      'CW',
    ]);
  });
});
