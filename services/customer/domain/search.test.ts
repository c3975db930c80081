import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  ContactKind,
  ContactSchema,
  IdentifierKind,
  IdentifierSchema,
  PersonSchema,
} from '#gen/bank/customer/v1/customer_pb.ts';
import { fits, gramsOfParts, identityOf, isContact, normalise, partsOf, termOf, termsOf } from './search.ts';

describe('Searching customers', () => {
  it('writes a value in one way, whatever its case, accents and spaces', () => {
    const ways: readonly (readonly [text: string, normal: string])[] = [
      ['Novotná', 'novotna'],
      ['  NOVOTNA\t', 'novotna'],
      ['Dvořák  Černý', 'dvorak cerny'],
      ['Ångström', 'angstrom'],
      ['Łukasz Groß', 'lukasz gross'],
      ['ÆRØ', 'aero'],
      ['İstanbul', 'istanbul'],
      ['ＡＢＣ', 'abc'],
      ['Žižkov\u00a07', 'zizkov 7'],
      ['Ёлкин', 'елкин'],
      ['कमल', 'कमल'],
      ['कमाल', 'कमाल'],
      [' \u0301 ', ''],
    ];
    for (const [text, normal] of ways) expect(normalise(text), text).to.equal(normal);
  });

  it('writes what is written so in the same way again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normalise(text);
        return normalise(once) === once;
      }),
    );
  });

  it('finds nothing else by a value that differs in more', () => {
    expect(termOf('name', 'Novak')).to.not.deep.equal(termOf('name', 'Novakova'));
    expect(termOf('name', 'No vak')).to.not.deep.equal(termOf('name', 'Novak'));
    expect(termOf('identifier', 'AB 12 34')).to.deep.equal(termOf('identifier', 'ab1234'));
    expect(termOf('contact', '+420 601 123 456')).to.deep.equal(termOf('contact', '+420601123456'));
  });

  it('writes a telephone number in E.164 form, and leaves everything else', () => {
    const phone = (value: string) => termOf('contact', value).value;
    for (const written of ['+442079460018', '0044 20 7946 0018', '+44 (0)20 7946-0018', '+44/20.79460018']) {
      expect(phone(written), written).to.equal('+442079460018');
    }
    expect(phone('601 123 456')).to.equal('601123456');
    expect(phone('Jana.0044@Example.org')).to.equal('jana.0044@example.org');
    expect(termOf('identifier', '0044-20')).to.deep.equal({ purpose: 'identifier', value: '0044-20' });
  });

  it('finds every part of every name by what stands in both, whatever they are', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(text, text, fc.nat(29), fc.nat(29), (givenName, familyName, from, length) => {
        const value = create(PersonSchema, { givenName, familyName });
        const particulars = {
          party: { case: 'person' as const, value },
          contacts: [],
          identifiers: [],
          residenceCountryCode: '',
          dataRegion: '',
        };
        const name = normalise(`${givenName} ${familyName}`);
        const parts = partsOf(name.slice(from, from + length));
        const terms = new Set(termsOf(particulars).map(({ purpose, value: term }) => `${purpose} ${term}`));
        const searched = gramsOfParts(parts).map(({ purpose, value: term }) => `${purpose} ${term}`);
        // A part can begin in the middle of a letter that is written as two.
        const whole = parts.every((part) => part.isWellFormed() && normalise(part) === part);
        return !whole || (searched.every((term) => terms.has(term)) && fits(particulars, parts));
      }),
    );
  });

  it('tells identifiers apart by their kind, country and number', () => {
    const passport = create(IdentifierSchema, { kind: IdentifierKind.PASSPORT, value: 'AB 12', countryCode: 'CZ' });
    const same = { ...passport, value: 'ab12' };
    const others = [
      { ...passport, kind: IdentifierKind.TAX },
      { ...passport, countryCode: 'SK' },
      { ...passport, value: 'AB 13' },
    ];
    expect(identityOf(same)).to.equal(identityOf(passport));
    expect(new Set([passport, ...others].map(identityOf)).size).to.equal(4);
  });

  it('knows an e-mail address and a telephone number when it sees one', () => {
    const email = (value: string) => isContact(create(ContactSchema, { kind: ContactKind.EMAIL, value }));
    const good = ['a@b.cz', 'Jana.Novotna+bank@mail.example.org', "o'neill@example.co.uk", 'x@xn--hkyrky-ptac70bc.fi'];
    const bad = [
      'a@b',
      'a.b.cz',
      '@b.cz',
      'a@',
      'a b@c.cz',
      '.a@b.cz',
      'a.@b.cz',
      'a..b@c.cz',
      'a@b..cz',
      'a@-b.cz',
      'a@b.cz\n',
      'a@b@c.cz',
      `${'a'.repeat(65)}@b.cz`,
      'a@[127.0.0.1]',
    ];
    expect(good.filter((value) => !email(value))).to.deep.equal([]);
    expect(bad.filter(email)).to.deep.equal([]);
    const phone = (value: string) => isContact(create(ContactSchema, { kind: ContactKind.PHONE, value }));
    expect(['+420601123456', '+12025550123', '+123456789012345'].filter((value) => !phone(value))).to.deep.equal([]);
    const wrong = ['420601123456', '+0123456789', '+420 601 123 456', '+1234567890123456', '+123456', '+42060112345x'];
    expect(wrong.filter(phone)).to.deep.equal([]);
  });

  it('is quick to say no to an address made to be slow', () => {
    const started = performance.now();
    const slow = [`${'a.'.repeat(120)}@`, `a@${'a-'.repeat(120)}!`, `a@${'a.'.repeat(120)}!`];
    for (const value of slow)
      expect(isContact(create(ContactSchema, { kind: ContactKind.EMAIL, value }))).to.equal(false);
    expect(performance.now() - started).to.be.below(100);
  });
});
