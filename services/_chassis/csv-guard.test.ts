import { expect } from 'chai';
import { guardCell } from './csv-guard.ts';

describe('A cell of a CSV file', () => {
  it('never begins a formula', () => {
    const formulas = [
      '=1+1',
      '+A1',
      '-A1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      '  =1',
      '\n=1',
      '\uFF1D1',
      '-1-1',
      '+1.00',
      '\tx',
    ];
    for (const text of formulas) expect(guardCell(text)).to.equal(`'${text}`);
  });

  it('stays as it is when it is a plain text or number', () => {
    for (const text of ['', '12.50', '-12.50', '-0.05', 'rent = due', 'CZ6508000000192000145399', '2026-01-31']) {
      expect(guardCell(text)).to.equal(text);
    }
  });
});
