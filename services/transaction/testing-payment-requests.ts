// What the tests of payment requests share.
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import type { PaymentRequest } from '#gen/bank/transaction/v1/payment_request_pb.ts';
import { aRequestId, type Callable, czk, of, there } from './testing.ts';

/** A request to ask another for 50.00, unless told otherwise. */
export function aPaymentRequest(
  creditor: Pick<Account, 'accountId'>,
  debtor: Pick<Account, 'iban'>,
  more: object = {},
) {
  return {
    requestId: aRequestId(),
    creditorAccountId: creditor.accountId,
    debtor: { case: 'debtorIban' as const, value: debtor.iban },
    amount: czk('50.00'),
    remittanceInformation: 'the pizza of Friday',
    ...more,
  };
}

/** Who owns an account. */
export function ownerOf({ holders }: Pick<Account, 'holders'>): string {
  return holders[0]?.customerId ?? '';
}

/** Asks, as the owner of an account, the owner of another. */
export async function asked(
  bank: Callable,
  creditor: Account,
  debtor: Account,
  more: object = {},
): Promise<PaymentRequest> {
  const answer = await of(bank, ownerOf(creditor)).createPaymentRequest(aPaymentRequest(creditor, debtor, more));
  return there(answer.paymentRequest);
}
