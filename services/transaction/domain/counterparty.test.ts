import { expect } from 'chai';
import { counterpartyOf } from './counterparty.ts';

describe('Who is on the other side', () => {
  const IBAN = 'DE89370400440532013000';
  const cases: [text: string, name: string, iban: string][] = [
    [`Erika Mustermann, ${IBAN}`, 'Erika Mustermann', IBAN],
    [`Mustermann, Erika, ${IBAN}`, 'Mustermann, Erika', IBAN],
    [IBAN, '', IBAN],
    ['Mustermann, Erika', 'Mustermann, Erika', ''],
    ['', '', ''],
  ];
  for (const [text, name, iban] of cases) {
    it(`of "${text}" is "${name}" with ${iban || 'no number'}`, () => {
      expect(counterpartyOf(text)).to.deep.equal({ name, iban });
    });
  }
});
