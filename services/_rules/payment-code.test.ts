import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import {
  isCreditorReference,
  type PaymentCode,
  PaymentCodeInvalid,
  readPaymentCode,
  writePaymentCode,
} from './payment-code.ts';

const IBAN = 'BE72000000001616';
const code = (more: Partial<PaymentCode> = {}): PaymentCode => ({
  bic: '',
  name: 'Red Cross of Belgium',
  iban: IBAN,
  amount: '',
  purpose: '',
  reference: '',
  text: '',
  information: '',
  ...more,
});
const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof PaymentCodeInvalid) return error.message;
    throw error;
  }
  return 'taken';
};

describe('The text of a payment code (EPC069-12)', () => {
  it('is byte for byte that of the guideline, and ends with its last element', () => {
    const cross = code({
      bic: 'BPOTBEB1',
      amount: '1',
      purpose: 'CHAR',
      text: 'Urgency fund',
      information: 'Sample EPC QR code',
    });
    expect(writePaymentCode(cross)).to.equal(
      'BCD\n002\n1\nSCT\nBPOTBEB1\nRed Cross of Belgium\nBE72000000001616\nEUR1\nCHAR\n\nUrgency fund\nSample EPC QR code',
    );
    expect(writePaymentCode(code())).to.equal('BCD\n002\n1\nSCT\n\nRed Cross of Belgium\nBE72000000001616');
    const referred = code({ iban: 'be72 0000 0000 1616', amount: '12.30', reference: 'RF18539007547034' });
    expect(writePaymentCode(referred)).to.equal(
      'BCD\n002\n1\nSCT\n\nRed Cross of Belgium\nBE72000000001616\nEUR12.30\n\nRF18539007547034',
    );
  });

  it('is refused for another currency, and for what no bank would take, with the element', () => {
    expect(refused(() => writePaymentCode(code(), 'CZK'))).to.equal('amount: CURRENCY_NOT_EURO');
    const table: readonly [Partial<PaymentCode>, string][] = [
      [{ name: ' ' }, 'name: ELEMENT_MISSING'],
      [{ name: 'x'.repeat(71) }, 'name: ELEMENT_TOO_LONG'],
      [{ name: 'two\nlines' }, 'name: ELEMENT_INVALID'],
      [{ iban: 'BE72000000001617' }, 'iban: ELEMENT_INVALID'],
      [{ bic: 'BPOTBE' }, 'bic: ELEMENT_INVALID'],
      [{ amount: '0.00' }, 'amount: ELEMENT_INVALID'],
      [{ amount: '0.01' }, 'taken'],
      [{ amount: '999999999.99' }, 'taken'],
      [{ amount: '1000000000' }, 'amount: ELEMENT_INVALID'],
      [{ amount: '1.001' }, 'amount: ELEMENT_INVALID'],
      [{ amount: '-1' }, 'amount: ELEMENT_INVALID'],
      [{ purpose: 'char' }, 'purpose: ELEMENT_INVALID'],
      [{ reference: 'RF19539007547034' }, 'reference: ELEMENT_INVALID'],
      [{ reference: 'RF18539007547034', text: 'both' }, 'reference: REFERENCE_AND_TEXT'],
      [{ text: 'x'.repeat(141) }, 'text: ELEMENT_TOO_LONG'],
      [{ name: 'ž'.repeat(70), text: 'ž'.repeat(140) }, 'payload: PAYLOAD_TOO_LONG'],
    ];
    for (const [more, said] of table)
      expect(
        refused(() => writePaymentCode(code(more))),
        said,
      ).to.equal(said);
  });

  it('is read in both versions, with either separator and in its character set, or refused', () => {
    const read = (text: string, encoding: BufferEncoding = 'utf8') => readPaymentCode(Buffer.from(text, encoding));
    const old = 'BCD\r\n001\r\n2\r\nSCT\r\nBPOTBEB1\r\nCroix-Rouge à Liège\r\nBE72000000001616\r\nEUR1';
    expect(read(old, 'latin1')).to.deep.equal(code({ bic: 'BPOTBEB1', name: 'Croix-Rouge à Liège', amount: '1' }));
    expect(refused(() => read(old.replace('BPOTBEB1', '')))).to.equal('bic: ELEMENT_MISSING');
    expect(refused(() => read(old, 'utf8').name)).to.equal('taken');
    expect(refused(() => read(old.replace('\r\n2\r\n', '\r\n1\r\n'), 'latin1'))).to.equal(
      'character set: ELEMENT_INVALID',
    );
    const table: readonly [string, string][] = [
      ['', 'service tag: NOT_A_PAYMENT_CODE'],
      ['SPD*1.0*ACC:CZ6508000000192000145399', 'service tag: NOT_A_PAYMENT_CODE'],
      ['BCD\n003\n1\nSCT\n\nA\nBE72000000001616', 'version: ELEMENT_INVALID'],
      ['BCD\n002\n9\nSCT\n\nA\nBE72000000001616', 'character set: ELEMENT_INVALID'],
      ['BCD\n002\n1\nINS\n\nA\nBE72000000001616', 'identification: ELEMENT_INVALID'],
      ['BCD\n002\n1\nSCT\n\nA', 'iban: ELEMENT_MISSING'],
      ['BCD\n002\n1\nSCT\n\nA\nBE72000000001616\nCZK1', 'amount: CURRENCY_NOT_EURO'],
      ['BCD\n002\n1\nSCT\n\nA\nBE72000000001616\nEUR1,50', 'amount: ELEMENT_INVALID'],
      ['BCD\n002\n1\nSCT\n\nA\nBE72000000001616\n\n\n\n\n\nmore', 'payload: ELEMENT_INVALID'],
      [`BCD\n${'x'.repeat(331)}`, 'payload: PAYLOAD_TOO_LONG'],
    ];
    for (const [text, said] of table)
      expect(
        refused(() => read(text)),
        said,
      ).to.equal(said);
  });

  it('says again what was written, whatever it is', async () => {
    const text = (longest: number) =>
      fc.string({ unit: 'grapheme', maxLength: longest }).filter((one) => !/\p{Cc}/u.test(one));
    const amount = fc
      .integer({ min: 1, max: 99_999_999_999 })
      .map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
    const codes = fc.record({
      amount,
      text: text(40),
      information: text(20),
      bic: fc.constantFrom('', 'BPOTBEB1', 'BPOTBEB1XXX'),
    });
    await holds(
      fc.property(codes, (more) => {
        const given = code(more);
        let payload: string;
        try {
          payload = writePaymentCode(given);
        } catch (error) {
          if (error instanceof PaymentCodeInvalid && error.reason === 'PAYLOAD_TOO_LONG') return;
          if (error instanceof PaymentCodeInvalid && error.reason === 'ELEMENT_TOO_LONG') return;
          throw error;
        }
        expect(readPaymentCode(Buffer.from(payload))).to.deep.equal(given);
      }),
      { runs: 200, proofRuns: 20_000 },
    );
  });

  it('knows creditor references by their check digits', () => {
    const known = ['RF18539007547034', 'RF481234567890', 'RF17', 'rf18539007547034', 'RF181'];
    expect(known.map(isCreditorReference)).to.deep.equal([true, false, false, false, false]);
  });
});
