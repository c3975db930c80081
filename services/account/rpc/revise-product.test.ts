import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount } from '../../_testbed/opening.ts';

describe('ReviseProduct', () => {
  const bank = useBank(ACCOUNT_BANK);
  const revision = (productId: string, interestRatePercent: string) => ({
    requestId: aRequestId('revise'),
    productId,
    displayName: 'Savings, revised',
    terms: { interestRatePercent },
  });

  it('makes the next version, and leaves the accounts with theirs', async () => {
    const before = await openAccount(bank(), { productId: 'prd_savings_eur' });
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const { product } = await client.reviseProduct(revision('prd_savings_eur', '9.9'));
    expect(product).to.deep.include({ version: 2, type: ProductType.SAVINGS, currencyCode: 'EUR' });
    expect(product?.terms?.interestRatePercent).to.equal('9.9');
    expect((await client.getProduct({ productId: 'prd_savings_eur' })).product).to.deep.equal(product);
    expect((await client.getProduct({ productId: 'prd_savings_eur', version: 1 })).product?.displayName).to.equal(
      'Savings account EUR',
    );
    const after = await openAccount(bank(), { productId: 'prd_savings_eur' });
    expect([before.productVersion, after.productVersion]).to.deep.equal([1, 2]);
    expect(await eventsOf(bank().database('account'), 'prd_savings_eur')).to.deep.equal(['ProductPublished 2']);
  });

  it('numbers revisions without a gap, also many at once, and each key once', async () => {
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const requests = Array.from({ length: 8 }, (_, index) => revision('prd_savings_usd', String(index)));
    const answers = await Promise.all([...requests, ...requests].map((request) => client.reviseProduct(request)));
    const versions = answers.map(({ product }) => product?.version);
    expect(versions.slice(0, 8)).to.have.members([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(versions.slice(8)).to.deep.equal(versions.slice(0, 8));
  });

  it('refuses an unknown product and terms in another currency', async () => {
    const client = accountsAs(bank(), 'BACK_OFFICE');
    await refused(client.reviseProduct(revision('prd_unknown', '1')), 'PRODUCT_NOT_FOUND');
    const terms = { transferLimit: { currencyCode: 'EUR', amount: '1' } };
    await refused(client.reviseProduct({ ...revision('prd_savings_gbp', '1'), terms }), 'CURRENCY_MISMATCH');
    await refused(accountsAs(bank(), 'AUDITOR').reviseProduct(revision('prd_savings_gbp', '1')), 'CALLER_NOT_ALLOWED');
  });
});
