import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { DayCount, InterestBasis, InterestKind, InterestPeriod } from '#gen/bank/account/v1/interest_pb.ts';
import { decimal } from '#rules/decimal.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { anOverdraftProduct, aProduct, daysOf } from '../testing-days.ts';

describe('ExplainInterest', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const backOffice = () => accountsAs(bank(), 'BACK_OFFICE');

  it('computes anew, to the same cent, what was posted: nights, rates, day count, corrections, each rounding', async () => {
    const { endDay, pay } = daysOf(bank());
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { productId: await aProduct(backOffice()), owners: [owner] });
    const { accountId } = account;
    const explain = async (businessDate = '') =>
      (await accountsOf(bank(), owner).explainInterest({ accountId, businessDate })).explanation;
    await refused(explain(), 'INTEREST_NOT_FOUND');
    await pay(account, '12345.67');
    const first = await endDay();
    await pay(account, '111.11', first.toString());
    const second = await endDay();

    const posted = await explain(first.toString());
    expect(posted?.nights).to.have.length(1);
    expect(posted?.nights[0]).to.deep.include({ base: '12345.6700000000', yearDays: 1, yearBasis: 365 });
    expect(posted?.nights[0]?.portions.map(({ amount, ratePercent }) => `${amount} at ${ratePercent}`)).to.deep.equal([
      '10000.0000000000 at 36.5',
      '2345.6700000000 at 18.25',
    ]);
    // 10 and 2,345.67 × 18.25 % ÷ 365: exactly 1.172835.
    expect(posted?.nights[0]?.interest).to.equal('11.1728350000');
    expect([posted?.gross?.amount, posted?.tax?.amount, posted?.net?.amount]).to.deep.equal(['11.17', '1.67', '9.50']);
    const corrected = await explain(second.toString());
    expect(corrected?.broughtForward).to.equal('0.0028350000');
    expect(corrected?.corrections.map(({ amount, interest }) => [amount, interest])).to.deep.equal([
      ['111.1100000000', '0.0555550000'],
    ]);
    for (const one of [posted, corrected, await explain()]) {
      expect(one?.outstanding).to.equal(one?.recordedOutstanding);
      expect(one?.productVersion).to.equal(1);
    }
    await refused(explain('1999-01-01'), 'INTEREST_NOT_FOUND');
    await refused(accountsOf(bank(), await registerPerson(bank())).explainInterest({ accountId }), 'ACCOUNT_NOT_FOUND');
  });

  it('explains what an overdraft costs: within its limit and beyond it, charged by its period, corrected for what came late', async () => {
    const { balance, balanceOf, endDay, pay } = daysOf(bank());
    const productId = await anOverdraftProduct(backOffice());
    const account = await openAccount(bank(), { productId });
    const { accountId } = account;
    const limit = (amount: string) =>
      backOffice().setOverdraftLimit({
        requestId: aRequestId(),
        accountId,
        overdraftLimit: { currencyCode: 'EUR', amount },
      });
    await limit('100.00');
    await pay(account, '-100.00');
    // What is drawn stays drawn: from now on half of it is beyond what is agreed.
    await limit('50.00');
    const [income = '0.00'] = [await balance('lac_interest_income_eur')];
    const first = await endDay();
    expect(await balanceOf(account)).to.equal('-100.15');
    await pay(account, '20.00', first.toString());
    const second = await endDay();
    expect(await balanceOf(account)).to.equal('-80.22');
    const explain = async (businessDate = '', kind: InterestKind = InterestKind.OVERDRAFT) =>
      (await backOffice().explainInterest({ accountId, businessDate, kind })).explanation;
    const charged = await explain(first.toString());
    expect(charged?.nights).to.have.length(1);
    expect(charged?.nights[0]).to.deep.include({ base: '100.0000000000', overdraftLimit: '50.0000000000' });
    const portions = charged?.nights[0]?.portions ?? [];
    expect(portions.map((one) => `${one.amount} at ${one.ratePercent} ${one.unarranged}`)).to.deep.equal([
      '50.0000000000 at 36.5 false',
      '50.0000000000 at 73 true',
    ]);
    expect([charged?.gross?.amount, charged?.overdraftTerms?.posting]).to.deep.equal(['0.15', InterestPeriod.DAILY]);
    const corrected = await explain(second.toString());
    expect(corrected?.corrections.map(({ amount, interest }) => [amount, interest])).to.deep.equal([
      ['20.0000000000', '-0.0400000000'],
    ]);
    // 0.05 and 73 % of 30.15 a day, less what the first night was too much.
    expect([corrected?.outstanding, corrected?.gross?.amount]).to.deep.equal(['0.0703000000', '0.07']);
    for (const one of [charged, corrected, await explain()])
      expect(one?.outstanding).to.equal(one?.recordedOutstanding);
    await refused(explain('', InterestKind.CREDIT), 'INTEREST_NOT_FOUND');
    const earned = decimal((await balance('lac_interest_income_eur')) ?? '0').minus(decimal(income));
    expect([earned.toFixed(), await balance('lac_accrued_interest_receivable_eur')]).to.deep.equal(['0.22', '0.00']);
  });

  it('says the same as the end of the day, by whichever terms, with what came late', async () => {
    const { endDay, pay, today } = daysOf(bank());
    const slow = { posting: InterestPeriod.ANNUALLY };
    const products = await Promise.all(
      [
        { ...slow, compounding: InterestPeriod.DAILY, dayCount: DayCount.ACT_ACT_ISDA },
        { ...slow, compounding: InterestPeriod.ANNUALLY, basis: InterestBasis.AVERAGE, dayCount: DayCount.ACT_360 },
        { ...slow, compounding: InterestPeriod.MONTHLY, dayCount: DayCount.THIRTY_360 },
        { ...slow, compounding: InterestPeriod.ANNUALLY, tierMethod: 2, dayCount: DayCount.THIRTY_E_360 },
      ].map((terms) => aProduct(backOffice(), terms)),
    );
    const accounts = await Promise.all(products.map((productId) => openAccount(bank(), { productId })));
    const start = await today();
    for (let day = 0; day < 4; day += 1) {
      for (const [index, account] of accounts.entries()) {
        await pay(account, `${day * 4000 + index * 333}.13`);
        if (day > 1) await pay(account, '-17.77', start.add({ days: day - 2 }).toString());
      }
      await endDay();
    }
    for (const { accountId } of accounts) {
      const { explanation } = await backOffice().explainInterest({ accountId });
      expect(explanation?.corrections.length).to.equal(2);
      expect(explanation?.outstanding).to.equal(explanation?.recordedOutstanding);
      expect(explanation?.outstanding).not.to.equal('0.0000000000');
    }
  });
});
