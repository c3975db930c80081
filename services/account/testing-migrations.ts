// What the tests of migrations of products share: a product with two versions, and staff who announce.
import type { Client } from '#chassis/call.ts';
import { newId } from '#chassis/id.ts';
import { staff } from '#chassis/testing/clients.ts';
import { type ProductTerms, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Bank } from '../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId } from '../_testbed/opening.ts';

/** As much of a bank as they need, in which a day is notice enough. */
export const MIGRATING_BANK = { ...ACCOUNT_BANK, environment: { PRODUCT_NOTICE_DAYS: '1' } };

type Terms = Partial<Omit<ProductTerms, '$typeName' | '$unknown'>> | object;

/** Adds a product in EUR, and answers its id. */
export async function aProductOf(bank: Bank, terms: Terms): Promise<string> {
  const productId = newId('prd');
  const common = { type: ProductType.CURRENT, currencyCode: 'EUR', displayName: 'Before' };
  await accountsAs(bank, 'BACK_OFFICE').createProduct({
    requestId: aRequestId('product'),
    productId,
    ...common,
    terms: terms as ProductTerms,
  });
  return productId;
}

/** Adds a version of it. */
export async function revised(bank: Bank, productId: string, terms: Terms): Promise<void> {
  const request = { requestId: aRequestId('revision'), productId, displayName: 'After', terms: terms as ProductTerms };
  await accountsAs(bank, 'BACK_OFFICE').reviseProduct(request);
}

/** Two of the staff. */
export function two(bank: Bank): Client<typeof AccountService> {
  const maker = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
  return bank.asPrincipal(AccountService, maker, { workload: 'security-executor' });
}

/** A limit of a transfer. */
export function limited(amount: string) {
  return { transferLimit: { currencyCode: 'EUR', amount } };
}
