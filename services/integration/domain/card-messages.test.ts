import { expect } from 'chai';
import { CardUse } from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import { answerTo, paymentOf, requestIdOf, reversalOf, Unusable } from './card-messages.ts';

const FIELDS = {
  2: '9999700012345671',
  3: '000000',
  4: '000000012550',
  7: '1128093000',
  11: '000042',
  22: '051',
  32: '00000123456',
  37: '000000000042',
  43: `${'PEKARNA U MOSTU'.padEnd(25)}${'PRAHA'.padEnd(13)}CZ`,
  49: '203',
};
const message = (type: string, fields: Record<number, string> = {}) => ({ type, fields: { ...FIELDS, ...fields } });

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof Unusable ? error.code : String(error);
  }
}

describe('Messages of a card switch', () => {
  it('say what is paid, by which card, where', () => {
    expect(paymentOf(message('0100'))).to.deep.equal({
      key: { acquirer: '123456', traceNumber: '000042', transmissionTime: '1128093000' },
      cardNumber: '9999700012345671',
      amount: { currencyCode: 'CZK', amount: '125.50' },
      use: CardUse.PURCHASE,
      merchant: 'PEKARNA U MOSTU, PRAHA',
      countryCode: 'CZ',
      retrievalReference: '000000000042',
      expiry: '',
      partialAllowed: false,
      authorizationKey: undefined,
    });
    expect(paymentOf(message('0100', { 3: '010000' })).use).to.equal(CardUse.WITHDRAWAL);
    expect(paymentOf(message('0100', { 22: '812' })).use).to.equal(CardUse.ONLINE);
    expect(paymentOf(message('0100', { 4: '000000000005', 49: '392' })).amount.amount).to.equal('5');
  });

  for (const [what, fields, code] of [
    ['a currency that is not known', { 49: '999' }, '12'],
    ['nothing', { 4: '000000000000' }, '13'],
    ['a refund', { 3: '200000' }, '40'],
    ['no card', { 2: '' }, '30'],
  ] as const)
    it(`about ${what} are answered ${code}`, () => {
      expect(codeOf(() => paymentOf(message('0100', fields)))).to.equal(code);
    });

  it('and their repeats are one command, with the key of what they mean', () => {
    expect(requestIdOf(message('0101'))).to.equal(requestIdOf(message('0100')));
    expect(requestIdOf(message('0200'))).to.not.equal(requestIdOf(message('0100')));
    const [sent, later] = [Date.parse('2026-11-28T09:30:01Z'), Date.parse('2027-11-28T09:30:01Z')];
    expect(requestIdOf(message('0101'), sent + 60_000)).to.equal(requestIdOf(message('0100'), sent));
    expect(requestIdOf(message('0100'), later)).to.not.equal(requestIdOf(message('0100'), sent));
    const meant = '0100' + '000042' + '1128093000' + '00000123456' + '00000123456';
    const { key } = paymentOf(message('0100'));
    expect(reversalOf(message('0420', { 90: meant }))).to.deep.equal({
      authorizationKey: key,
      remainingAmount: undefined,
    });
    const part = reversalOf(message('0420', { 90: meant, 95: '000000010000'.padEnd(42, '0') }));
    expect(part.remainingAmount).to.deep.equal({ currencyCode: 'CZK', amount: '100.00' });
  });

  it('are answered without the number of the card', () => {
    const answer = answerTo(message('0101'), '10', { approvalCode: '123456', amount: '100.00' });
    expect([answer.type, answer.fields[39], answer.fields[4], answer.fields[38]]).to.deep.equal([
      '0110',
      '10',
      '000000010000',
      '123456',
    ]);
    expect(JSON.stringify(answer)).to.not.include(FIELDS[2]);
  });
});
