import { expect } from 'chai';
import { isAsIssued } from './cheque.ts';

const [EVA, JAN] = [Buffer.from('eva'), Buffer.from('jan')];

describe('A cheque', () => {
  it('is as it was told of where amount and payee are, as far as both are named', () => {
    const table: [string | null, Buffer | null, string, Buffer | null, boolean][] = [
      ['100', null, '100', null, true],
      ['100', EVA, '100', EVA, true],
      ['100', EVA, '100', null, true],
      ['100', null, '100', EVA, true],
      ['100', EVA, '100', JAN, false],
      ['100', EVA, '101', EVA, false],
      [null, null, '100', null, false],
    ];
    for (const [issuedAmount, payeeHash, amount, payee, same] of table) {
      expect(isAsIssued({ issuedAmount, payeeHash }, { amount, payee }), `${issuedAmount} ${amount}`).to.equal(same);
    }
  });
});
