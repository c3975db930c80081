import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Bank } from './bank.ts';

/** An amount in a currency, or else in that of an account. */
export async function amountOn(
  bank: Bank,
  accountId: string,
  amount: string,
  currency: string | undefined,
): Promise<{ currencyCode: string; amount: string }> {
  if (currency) return { currencyCode: currency.toUpperCase(), amount };
  const { account } = await bank.client(AccountService).getAccount({ accountId });
  return { currencyCode: account?.currencyCode ?? '', amount };
}
