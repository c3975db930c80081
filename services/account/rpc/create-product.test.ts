import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { Operation, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, aRequestId } from '../../_testbed/opening.ts';

describe('CreateProduct', () => {
  const bank = useBank(ACCOUNT_BANK);
  const eur = (amount: string) => ({ currencyCode: 'EUR', amount });
  const product = (productId: string, terms: object = {}) => ({
    requestId: aRequestId('product'),
    productId,
    type: ProductType.SAVINGS,
    currencyCode: 'EUR',
    displayName: "Children's savings",
    terms,
  });

  it('adds a product with its terms', async () => {
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const fees = [{ operation: Operation.TRANSFER, ratePercent: '0.15', minimum: eur('0.50'), maximum: eur('20.00') }];
    const request = product('prd_children_eur', { transferLimit: eur('100.00'), fees, interestRatePercent: '3.25' });
    const { product: made } = await client.createProduct(request);
    expect(made).to.deep.include({
      productId: 'prd_children_eur',
      version: 1,
      displayName: "Children's savings",
      type: ProductType.SAVINGS,
      currencyCode: 'EUR',
    });
    expect(made?.terms?.fees[0]?.maximum?.amount).to.equal('20.00');
    expect((await client.getProduct({ productId: 'prd_children_eur' })).product).to.deep.equal(made);
    expect(await client.createProduct(request)).to.deep.equal({
      $typeName: 'bank.account.v1.CreateProductResponse',
      product: made,
    });
    expect(await eventsOf(bank().database('account'), 'prd_children_eur')).to.deep.equal(['ProductPublished 1']);
    expect(await recordsOf(bank().database('account'), request.requestId)).to.have.length(1);
  });

  it('refuses an id that is taken, also by two at once', async () => {
    const client = accountsAs(bank(), 'BACK_OFFICE');
    await refused(client.createProduct(product('prd_current_czk')), 'PRODUCT_EXISTS');
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => client.createProduct(product('prd_raced'))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('refuses terms that make no sense', async () => {
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const transfer = Operation.TRANSFER;
    const cases: [object, string][] = [
      [{ transferLimit: { currencyCode: 'USD', amount: '1' } }, 'CURRENCY_MISMATCH'],
      [{ transferLimit: eur('0.001') }, 'CURRENCY_EXPONENT_EXCEEDED'],
      [{ fees: [{ operation: transfer, ratePercent: '1', minimum: eur('2'), maximum: eur('1') }] }, 'FEE_TERM_INVALID'],
      [{ fees: [{ operation: transfer, ratePercent: '-1' }] }, 'REQUEST_INVALID'],
    ];
    for (const [terms, reason] of cases) {
      await refused(client.createProduct(product('prd_senseless', terms)), reason);
    }
    await refused(client.createProduct({ ...product('prd_senseless'), currencyCode: 'XXY' }), 'CURRENCY_UNKNOWN');
    await refused(client.getProduct({ productId: 'prd_senseless' }), 'PRODUCT_NOT_FOUND');
  });

  it('is for back office', async () => {
    await refused(accountsAs(bank(), 'TELLER').createProduct(product('prd_x')), 'CALLER_NOT_ALLOWED');
    await refused(accountsOf(bank(), 'cus_x').createProduct(product('prd_x')), 'CALLER_NOT_ALLOWED');
  });

  it('keeps versions as they are: the runtime role may neither change nor remove one', async () => {
    const database = bank().database('account');
    for (const statement of [
      `update product set terms = '{}'`,
      'delete from product',
      'delete from account',
      'delete from holder_change',
      'update holder_change set version = version',
      'delete from status_change',
      'update status_change set version = version',
      'update calendar_year set holidays = holidays',
      'update holder set role = role',
      'update account set iban_hash = iban_hash',
      'update account set product_id = product_id',
    ]) {
      expect(await database.query(statement, [], 'runtime').catch(String), statement).to.match(/permission denied/);
    }
  });
});
