// Whom an order pays: by the id or the number of an account of the bank.
import type { TransferFundsRequest } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { isValid, normalise } from '#rules/iban.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';

/** The account to pay to; a number without its spaces, and only when it can be one. Refuses IBAN_INVALID. */
export function creditorOf({ creditor }: Pick<TransferFundsRequest, 'creditor'>): TransferFundsRequest['creditor'] {
  if (creditor.case !== 'creditorIban') return creditor;
  const iban = normalise(creditor.value);
  if (!isValid(iban)) throw refuse('IBAN_INVALID');
  return { case: 'creditorIban', value: iban };
}

/** Whether a number, as it is written without spaces, is of an account of this bank. */
export function isOwnIban(
  { BANK_COUNTRY_CODE, BANK_CODE }: Pick<Context['config'], 'BANK_COUNTRY_CODE' | 'BANK_CODE'>,
  iban: string,
): boolean {
  return iban.startsWith(BANK_COUNTRY_CODE) && iban.startsWith(BANK_CODE, 4);
}
