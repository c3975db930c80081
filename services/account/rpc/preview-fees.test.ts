import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FeeState } from '#gen/bank/account/v1/fee_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aProductWithFees, daysOf } from '../testing-days.ts';

const eur = (amount: string) => ({ currencyCode: 'EUR', amount });

describe('PreviewFees', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const backOffice = () => accountsAs(bank(), 'BACK_OFFICE');

  it('tells what the end of the day will charge, and what it will not', async () => {
    const { endDay, pay, today } = daysOf(bank());
    const productId = await aProductWithFees(backOffice(), [
      { feeCode: 'BALANCE', tiers: [{ ratePercent: '1' }] },
      { feeCode: 'MAINTENANCE', tiers: [{ flat: eur('3') }], freePeriods: 1 },
    ]);
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { productId, owners: [owner] });
    const { accountId } = account;
    await pay(account, '500.00');
    const expected = (await accountsOf(bank(), owner).previewFees({ accountId })).fees;
    expect(
      expected.map(({ feeCode, amount, state, reason }) => [feeCode, amount?.amount, state, reason]),
    ).to.deep.equal([
      ['BALANCE', '5.00', FeeState.EXPECTED, ''],
      ['MAINTENANCE', '3.00', FeeState.WAIVED, 'FREE_PERIOD'],
    ]);
    expect(expected[0]?.toDate).to.equal((await today()).toString());
    await endDay();
    const { fees: decided } = await backOffice().listFees({ accountId });
    expect(decided.map(({ amount, averageBalance }) => [amount?.amount, averageBalance])).to.deep.equal(
      expected.map(({ amount, averageBalance }) => [amount?.amount, averageBalance]),
    );
  });

  it('tells nothing of an account without fees, and of none that is foreign', async () => {
    const { accountId } = await openAccount(bank());
    expect((await backOffice().previewFees({ accountId })).fees).to.deep.equal([]);
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    await refused(stranger.previewFees({ accountId }), 'ACCOUNT_NOT_FOUND');
  });
});
