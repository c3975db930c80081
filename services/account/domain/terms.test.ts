import { create, fromJson, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { Operation, ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { seedProducts } from '../migrations/0001-products.ts';
import { checkTerms, feeFor } from './terms.ts';

const eur = (amount: string) => ({ currencyCode: 'EUR', amount });
const TRANSFER = Operation.TRANSFER;

function outcomeOf(currency: string, terms: MessageInitShape<typeof ProductTermsSchema>): string {
  try {
    checkTerms(currency, create(ProductTermsSchema, terms));
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('the terms of a product', () => {
  const cases: [string, MessageInitShape<typeof ProductTermsSchema>, string][] = [
    ['nothing at all', {}, 'done'],
    ['limits', { transferLimit: eur('10'), overdraftLimitMaximum: eur('0') }, 'done'],
    ['a limit below zero', { transferLimit: eur('-0.01') }, 'REQUEST_INVALID'],
    ['a limit in another currency', { transferLimit: { currencyCode: 'USD', amount: '1' } }, 'CURRENCY_MISMATCH'],
    ['a limit of no currency', { transferLimit: { currencyCode: 'XXY', amount: '1' } }, 'CURRENCY_UNKNOWN'],
    ['a limit with a tenth of a cent', { overdraftLimitMaximum: eur('0.001') }, 'CURRENCY_EXPONENT_EXCEEDED'],
    ['a flat fee', { fees: [{ operation: TRANSFER, flat: eur('1') }] }, 'done'],
    [
      'a percentage between bounds',
      { fees: [{ operation: TRANSFER, ratePercent: '0.5', minimum: eur('1'), maximum: eur('1') }] },
      'done',
    ],
    ['a fee without a price', { fees: [{ operation: TRANSFER, maximum: eur('1') }] }, 'FEE_TERM_INVALID'],
    [
      'a minimum above the maximum',
      { fees: [{ operation: TRANSFER, ratePercent: '1', minimum: eur('2'), maximum: eur('1') }] },
      'FEE_TERM_INVALID',
    ],
    [
      'two fees for one operation',
      {
        fees: [
          { operation: TRANSFER, flat: eur('1') },
          { operation: TRANSFER, flat: eur('1') },
        ],
      },
      'FEE_TERM_INVALID',
    ],
    ['a fee on history', { fees: [{ operation: Operation.MIGRATION, flat: eur('1') }] }, 'FEE_TERM_INVALID'],
    [
      'a fee in another currency',
      { fees: [{ operation: TRANSFER, flat: { currencyCode: 'CZK', amount: '1' } }] },
      'CURRENCY_MISMATCH',
    ],
    ['a fee below zero', { fees: [{ operation: TRANSFER, flat: eur('-1') }] }, 'REQUEST_INVALID'],
  ];
  for (const [name, terms, outcome] of cases) {
    it(`with ${name}: ${outcome}`, () => {
      expect(outcomeOf('EUR', terms)).to.equal(outcome);
    });
  }

  it('are in a currency of ISO 4217', () => {
    expect(outcomeOf('XXY', {})).to.equal('CURRENCY_UNKNOWN');
  });

  it('name the fee of an operation', () => {
    const terms = create(ProductTermsSchema, { fees: [{ operation: TRANSFER, flat: eur('1') }] });
    expect(feeFor(terms, TRANSFER)?.flat?.amount).to.equal('1');
    expect(feeFor(terms, Operation.CASH_DEPOSIT)).to.equal(undefined);
  });

  it('make sense for every product that a new bank begins with', () => {
    const products = seedProducts();
    for (const { id, currency, terms } of products) {
      expect(outcomeOf(currency, fromJson(ProductTermsSchema, terms as never)), id).to.equal('done');
    }
    expect(new Set(products.map(({ id }) => id)).size).to.equal(products.length);
    expect(products.map(({ id }) => id)).to.include.members(['prd_current_kwd', 'prd_savings_jpy', 'prd_business_czk']);
  });
});
