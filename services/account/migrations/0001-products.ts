// The products that a new bank begins with. They are the content of the first migration: what is sold later is revised
// through the contract, not here.

/** A product in the form of its row: the terms are the proto3 JSON of bank.account.v1.ProductTerms. */
export interface SeedProduct {
  readonly id: string;
  readonly type: 'current' | 'savings';
  readonly currency: string;
  readonly displayName: string;
  readonly terms: object;
}

interface SeedCurrency {
  readonly code: string;
  readonly transferLimit: string;
  readonly overdraftMaximum: string;
  readonly interestPercent: string;
}

const CURRENCIES: readonly SeedCurrency[] = [
  { code: 'CZK', transferLimit: '1000000.00', overdraftMaximum: '100000.00', interestPercent: '2.5' },
  { code: 'EUR', transferLimit: '50000.00', overdraftMaximum: '5000.00', interestPercent: '1.5' },
  { code: 'USD', transferLimit: '50000.00', overdraftMaximum: '5000.00', interestPercent: '2.75' },
  { code: 'GBP', transferLimit: '50000.00', overdraftMaximum: '5000.00', interestPercent: '2.75' },
  { code: 'JPY', transferLimit: '5000000', overdraftMaximum: '500000', interestPercent: '0.2' },
  { code: 'KWD', transferLimit: '15000.000', overdraftMaximum: '1500.000', interestPercent: '1.75' },
];

/** A current and a savings account in each currency, and one product with fees. */
export function seedProducts(): SeedProduct[] {
  return [...CURRENCIES.flatMap((currency) => [current(currency), savings(currency)]), business()];
}

function current({ code, transferLimit, overdraftMaximum }: SeedCurrency): SeedProduct {
  return {
    id: `prd_current_${code.toLowerCase()}`,
    type: 'current',
    currency: code,
    displayName: `Current account ${code}`,
    terms: { transferLimit: money(code, transferLimit), overdraftLimitMaximum: money(code, overdraftMaximum) },
  };
}

function savings({ code, interestPercent }: SeedCurrency): SeedProduct {
  return {
    id: `prd_savings_${code.toLowerCase()}`,
    type: 'savings',
    currency: code,
    displayName: `Savings account ${code}`,
    terms: { interestRatePercent: interestPercent },
  };
}

function business(): SeedProduct {
  const czk = (amount: string) => money('CZK', amount);
  return {
    id: 'prd_business_czk',
    type: 'current',
    currency: 'CZK',
    displayName: 'Business account CZK',
    terms: {
      transferLimit: czk('10000000.00'),
      overdraftLimitMaximum: czk('1000000.00'),
      fees: [
        { operation: 'OPERATION_CASH_DEPOSIT', ratePercent: '0.2', minimum: czk('10.00'), maximum: czk('1000.00') },
        {
          operation: 'OPERATION_CASH_WITHDRAWAL',
          flat: czk('20.00'),
          ratePercent: '0.5',
          minimum: czk('30.00'),
          maximum: czk('2000.00'),
        },
        {
          operation: 'OPERATION_TRANSFER',
          flat: czk('5.00'),
          ratePercent: '0.1',
          minimum: czk('6.00'),
          maximum: czk('500.00'),
        },
      ],
    },
  };
}

function money(currencyCode: string, amount: string) {
  return { currencyCode, amount };
}
