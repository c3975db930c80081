import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf } from '../../_testbed/opening.ts';

describe('GetProduct', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('shows anybody the products that a new bank begins with', async () => {
    const productId = 'prd_current_kwd';
    const { product } = await accountsOf(bank(), 'cus_anybody').getProduct({ productId });
    expect(product).to.deep.include({ productId, version: 1, type: ProductType.CURRENT, currencyCode: 'KWD' });
    expect(product?.terms?.overdraftLimitMaximum?.amount).to.equal('1500.000');
    expect((await accountsAs(bank(), 'AUDITOR').getProduct({ productId, version: 1 })).product).to.deep.equal(product);
  });

  it('refuses what is not in the catalogue', async () => {
    const client = accountsOf(bank(), 'cus_anybody');
    await refused(client.getProduct({ productId: 'prd_unknown' }), 'PRODUCT_NOT_FOUND');
    await refused(client.getProduct({ productId: 'prd_current_kwd', version: 2 }), 'PRODUCT_NOT_FOUND');
    await refused(client.getProduct({ productId: 'prd_current_kwd', version: -1 }), 'REQUEST_INVALID');
    const nobody = bank().asPrincipal(AccountService, undefined);
    await refused(nobody.getProduct({ productId: 'prd_current_kwd' }), 'TOKEN_MISSING');
  });
});
