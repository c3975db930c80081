// What the tests of term deposits share: a product, and deposits that are opened and paid in.
import type { Client } from '#chassis/call.ts';
import { newId } from '#chassis/id.ts';
import { ProductType } from '#gen/bank/account/v1/account_pb.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { InterestPeriod } from '#gen/bank/account/v1/interest_pb.ts';
import type { Bank } from '../_testbed/bank.ts';
import { accountsAs, aRequestId, type Opening, openAccount } from '../_testbed/opening.ts';
import { daysOf, INTEREST } from './testing-days.ts';

/** Adds a deposit in EUR for a month, of which an early withdrawal costs half of the interest. Answers its id. */
export async function aTermProduct(
  accounts: Client<typeof AccountService>,
  term: object = {},
  terms: object = {},
): Promise<string> {
  const productId = newId('prd');
  const yearly = { posting: InterestPeriod.ANNUALLY, compounding: InterestPeriod.ANNUALLY };
  await accounts.createProduct({
    requestId: aRequestId('product'),
    productId,
    type: ProductType.TERM_DEPOSIT,
    currencyCode: 'EUR',
    displayName: 'A month',
    terms: { interest: { ...INTEREST, ...yearly }, term: { termMonths: 1, penaltyPercent: '50', ...term }, ...terms },
  });
  return productId;
}

/** Opens a deposit with 10,000.00 on it, and a current account of the same owner that it is paid out to. */
export async function aDeposit(bank: Bank, owner: string, opening: Opening = {}) {
  const current = await openAccount(bank, { owners: [owner], productId: 'prd_current_eur' });
  const productId = opening.productId || (await aTermProduct(accountsAs(bank, 'BACK_OFFICE')));
  const terms = { ...opening, owners: [owner], productId, payoutAccountId: current.accountId };
  const deposit = await openAccount(bank, terms);
  await daysOf(bank).pay(deposit, '10000.00');
  return { current, deposit };
}
