import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, aRequestId } from '../../_testbed/opening.ts';

describe('ListProducts', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists the newest versions by id, of all currencies or of one', async () => {
    const client = accountsOf(bank(), 'cus_anybody');
    await accountsAs(bank(), 'BACK_OFFICE').reviseProduct({
      requestId: aRequestId(),
      productId: 'prd_current_czk',
      displayName: 'Newer',
      terms: {},
    });
    const { products } = await client.listProducts({ currencyCode: 'CZK' });
    expect(products.map(({ productId, version }) => [productId, version])).to.deep.equal([
      ['prd_business_czk', 1],
      ['prd_current_czk', 2],
      ['prd_savings_czk', 1],
    ]);
    expect((await client.listProducts({})).products).to.have.length(13);
    expect((await client.listProducts({ currencyCode: 'XTS' })).products).to.deep.equal([]);
  });

  it('goes on from page to page', async () => {
    const client = accountsOf(bank(), 'cus_anybody');
    const seen: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await client.listProducts({ pageSize: 5, pageToken });
      seen.push(...page.products.map(({ productId }) => productId));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(seen).to.have.length(13);
    expect(seen).to.deep.equal(seen.toSorted());
    const { nextPageToken } = await client.listProducts({ pageSize: 5 });
    const other = { pageToken: nextPageToken, currencyCode: 'CZK' };
    await refused(client.listProducts(other), 'PAGE_TOKEN_INVALID');
  });
});
