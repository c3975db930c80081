import { expect } from 'chai';
import fc from 'fast-check';
import { CardBlockReason, CardState } from '#gen/bank/account/v1/card_pb.ts';
import { approvalCodeOf, codeOf, judgeCard, judgeUse } from './card-response.ts';

const CARD = {
  state: CardState.ACTIVE,
  blockReason: CardBlockReason.UNSPECIFIED,
  expiryDate: '2030-11-30',
  limits: undefined,
};
const ASKED = { use: 'purchase', minor: 100n, abroad: false, expiry: '' } as const;

describe('What a card network is answered', () => {
  const { BLOCKED, EXPIRED, ISSUED, REPLACED } = CardState;
  const { FRAUD_SUSPICION, LOST, STOLEN } = CardBlockReason;
  for (const [what, card, asked, code] of [
    ['a card in use', {}, {}, undefined],
    ['the last month as it is', {}, { expiry: '3011' }, undefined],
    ['another last month', {}, { expiry: '3012' }, '54'],
    ['one that has expired', { state: EXPIRED }, {}, '54'],
    ['one that is not activated', { state: ISSUED }, {}, '62'],
    ['one that was replaced', { state: REPLACED }, {}, '62'],
    ['one that is blocked', { state: BLOCKED, blockReason: FRAUD_SUSPICION }, {}, '62'],
    ['one that is lost', { state: BLOCKED, blockReason: LOST }, {}, '41'],
    ['one that is stolen', { state: BLOCKED, blockReason: STOLEN }, {}, '43'],
    ['one that stays in its country', {}, { abroad: true }, '57'],
  ] as const)
    it(`to ${what} is ${code ?? 'nothing against it'}`, () => {
      expect(judgeCard({ ...CARD, ...card }, { ...ASKED, ...asked })).to.equal(code);
    });

  it('by the limits of a day: never more than they say, and all that they say', () => {
    const seed = Date.now();
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 500n }), { maxLength: 30 });
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 1n, max: 2_000n }), fc.nat(20), (asked, amount, uses) => {
        let used = { amount: 0n, uses: 0 };
        for (const minor of asked) {
          const code = judgeUse({ amount, uses }, minor, used);
          if (code === '65') expect(uses > 0 && used.uses >= uses).to.equal(true);
          else if (code === '61') expect(used.amount + minor > amount).to.equal(true);
          else used = { amount: used.amount + minor, uses: used.uses + 1 };
          expect(used.amount <= amount && (uses === 0 || used.uses <= uses)).to.equal(true);
        }
      }),
      { seed },
    );
    expect(judgeUse({ amount: 0n, uses: 0 }, 1n, { amount: 0n, uses: 0 })).to.equal('57');
    expect(judgeUse({ amount: undefined, uses: 0 }, 10n ** 15n, { amount: 10n ** 15n, uses: 9 })).to.equal(undefined);
  });

  it('to refusals of others: a code of its own, or that it is not honoured', () => {
    expect(['INSUFFICIENT_FUNDS', 'CARD_NOT_FOUND', 'WHATEVER'].map(codeOf)).to.deep.equal(['51', '14', '05']);
  });

  it('with six digits that stay the same', () => {
    const id = 'cau_01m8h15v3ye4ebcp2j6fz3cw2k';
    expect(approvalCodeOf(id))
      .to.match(/^[0-9]{6}$/)
      .and.to.equal(approvalCodeOf(id));
  });
});
