// Whether a cheque is what its issuer has told of it.

/** What was told of a cheque: over how much, and to whom, as a keyed hash. */
export interface Told {
  readonly issuedAmount: string | null;
  readonly payeeHash: Buffer | null;
}

/** Whether a cheque is presented as it was told of. A payee that one of the two does not name is not compared. */
export function isAsIssued(
  { issuedAmount, payeeHash }: Told,
  { amount, payee }: { readonly amount: string; readonly payee: Buffer | null },
): boolean {
  if (issuedAmount !== amount) return false;
  return payeeHash === null || payee === null || payeeHash.equals(payee);
}
