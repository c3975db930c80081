// Whom an order pays: by the id or the number of an account, or by who it is among the payees of whoever orders it.
import type { Call } from '#chassis/call-context.ts';
import type { Vault } from '#chassis/sealing.ts';
import type { PlaceHoldRequest, TransferFundsRequest } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { isValid, normalise } from '#rules/iban.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { PayeeRow } from './payee-tables.ts';
import { payeeOf } from './payees.ts';

/** The account to pay to, as account is asked for it. */
export type Creditor = PlaceHoldRequest['creditor'];

/** The account to pay to; a number without its spaces, and only when it can be one. Refuses IBAN_INVALID. */
export function creditorOf(creditor: Creditor): Creditor {
  if (creditor.case !== 'creditorIban') return creditor;
  const iban = normalise(creditor.value);
  if (!isValid(iban)) throw refuse('IBAN_INVALID');
  return { case: 'creditorIban', value: iban };
}

/** The same of an order that may name a payee of this bank. Refuses PAYEE_NOT_FOUND and PAYEE_NOT_IN_BANK too. */
export async function toPay(
  context: Pick<Context, 'database'>,
  creditor: TransferFundsRequest['creditor'],
  call: Call,
): Promise<{ readonly creditor: Creditor; readonly payee?: PayeeRow }> {
  // What pays a request names the account of it by now.
  if (creditor.case === 'paymentRequestId') throw new Error('a payment request has no account');
  if (creditor.case !== 'payeeId') return { creditor: creditorOf(creditor) };
  const payee = await payeeOf(context, creditor.value, call);
  if (isElsewhere(payee.creditorAccountId)) throw refuse('PAYEE_NOT_IN_BANK');
  return { creditor: { case: 'creditorAccountId', value: payee.creditorAccountId }, payee };
}

/** Whether a number, as it is written without spaces, is of an account of this bank. */
export function isOwnIban(
  { BANK_COUNTRY_CODE, BANK_CODE }: Pick<Context['config'], 'BANK_COUNTRY_CODE' | 'BANK_CODE'>,
  iban: string,
): boolean {
  return iban.startsWith(BANK_COUNTRY_CODE) && iban.startsWith(BANK_CODE, 4);
}

const ELSEWHERE = 'xac_';

/** By what an account of another bank is known to whoever looks for fraud, and among payees: its number is nobody's to keep there. */
export function accountElsewhere({ vault }: { readonly vault: Vault }, iban: string): string {
  return `${ELSEWHERE}${vault.hash('payment.creditor', iban).toString('hex')}`;
}

function isElsewhere(creditorAccountId: string): boolean {
  return creditorAccountId.startsWith(ELSEWHERE);
}
