import { expect } from 'chai';
import { Code, Refusal } from '#chassis/errors.ts';
import { makeLog } from '#chassis/log.ts';
import { answerCardMessage } from './answering-cards.ts';

const FIELDS = {
  2: '9999700012345671',
  3: '010000',
  4: '000000012500',
  7: '1128093000',
  11: '000042',
  32: '123456',
  49: '203',
};
const reversed = {
  code: Code.FAILED_PRECONDITION,
  reason: 'CARD_PAYMENT_REVERSED',
  domain: 'transaction',
  message: 'It was reversed.',
};

/** Transaction, when what was asked is reversed between its authorisation and its clearing. */
const transaction = {
  async authorizeCard() {
    return { responseCode: '00', approvalCode: '123456', amount: { currencyCode: 'CZK', amount: '125.00' } };
  },
  async clearCardPayment() {
    throw new Refusal(reversed);
  },
};

describe('What is reversed before it is booked', () => {
  for (const [type, code, what] of [
    ['0200', '22', 'is not paid out by the machine that asks'],
    ['0201', '22', 'nor by one that asks again'],
    ['0220', '00', 'is heard where the switch only tells'],
  ] as const)
    it(`${what}: ${type} is answered ${code}`, async () => {
      const answer = await answerCardMessage(
        { transaction: transaction as never, log: makeLog('test', 'silent') },
        { type, fields: FIELDS },
      );
      expect(answer?.fields[39]).to.equal(code);
    });
});
