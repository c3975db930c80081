// Why the account service says no.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('account', {
  PRODUCT_EXISTS: ['ALREADY_EXISTS', 'There is a product with this id.'],
  PRODUCT_NOT_FOUND: ['NOT_FOUND', 'There is no such product.'],
  FEE_TERM_INVALID: ['INVALID_ARGUMENT', 'The fees of the product make no sense.'],
  INTEREST_TERMS_INVALID: ['INVALID_ARGUMENT', 'The interest of the product makes no sense.'],
  INTEREST_NOT_FOUND: ['NOT_FOUND', 'No interest was posted on that day, or none was ever accrued.'],
  CUSTOMER_NOT_FOUND: ['NOT_FOUND', 'There is no such customer.'],
  CUSTOMER_DEACTIVATED: ['FAILED_PRECONDITION', 'A holder is no longer a customer.'],
  HOLDERS_INVALID: ['INVALID_ARGUMENT', 'The holders do not fit the type of the account.'],
  MIGRATION_NOT_ALLOWED: ['PERMISSION_DENIED', 'Only back office opens accounts that take history.'],
  ACCOUNT_NOT_FOUND: ['NOT_FOUND', 'There is no such account.'],
  ACCOUNT_BUSY: ['UNAVAILABLE', 'Another change of the account is not settled yet. Repeat the call.'],
  ACCOUNT_CLOSED: ['FAILED_PRECONDITION', 'The account is closed.'],
  ACCOUNT_NOT_ACTIVE: ['FAILED_PRECONDITION', 'The account is not in use yet.'],
  ACCOUNT_NOT_MIGRATING: ['FAILED_PRECONDITION', 'The account takes no history.'],
  ACCOUNT_FROZEN: ['FAILED_PRECONDITION', 'The account is frozen against this.'],
  ACCOUNT_NOT_FROZEN: ['FAILED_PRECONDITION', 'The account is not frozen.'],
  OWNER_REQUIRED: ['PERMISSION_DENIED', 'Only an owner of the account may do this.'],
  SIGNATORY_REQUIRED: ['PERMISSION_DENIED', 'The mandate of the account gives it to others.'],
  GUARDIAN_REQUIRED: ['PERMISSION_DENIED', 'Who has a guardian does this by them alone.'],
  MANDATE_NOT_FOUND: ['NOT_FOUND', 'The account has no such mandate.'],
  MANDATE_ENDED: ['FAILED_PRECONDITION', 'The mandate of the account has ended. Ask the bank for another one.'],
  MANDATE_INVALID: ['INVALID_ARGUMENT', 'The mandate makes no sense; see the problem.'],
  SIGNATURES_IMPOSSIBLE: ['FAILED_PRECONDITION', 'Too few may sign on this day for what the mandate asks.'],
  SIGNATURE_REQUEST_NOT_FOUND: ['NOT_FOUND', 'There is no such request for signatures.'],
  SIGNATURE_REQUEST_ENDED: ['FAILED_PRECONDITION', 'It does not wait for signatures any more.'],
  SIGNATURE_REQUEST_NOT_COMPLETE: ['FAILED_PRECONDITION', 'The order is not signed by enough.'],
  SIGNATURE_EXISTS: ['ALREADY_EXISTS', 'The signatory has decided, or who calls has for another one.'],
  MAKER_REQUIRED: ['PERMISSION_DENIED', 'Only who asked for it may take it back.'],
  ACCOUNT_REQUIRED: ['INVALID_ARGUMENT', 'Staff name an account.'],
  CURSOR_AHEAD: ['OUT_OF_RANGE', 'The account has not come as far.'],
  TOO_MANY_WATCHERS: ['RESOURCE_EXHAUSTED', 'This process watches as many accounts as it can.'],
  FREEZE_INVALID: ['INVALID_ARGUMENT', 'Debits, credits or both are to be frozen.'],
  FREEZE_NOT_ALLOWED: ['PERMISSION_DENIED', 'This freeze is for the bank to set and to lift.'],
  OVERDRAFT_NOT_ALLOWED: ['FAILED_PRECONDITION', 'The product does not allow so much overdraft.'],
  CREDITOR_NOT_FOUND: ['NOT_FOUND', 'There is no such account to pay to.'],
  CURRENCY_MISMATCH: ['FAILED_PRECONDITION', 'The account is kept in another currency.'],
  TRANSFER_LIMIT_EXCEEDED: ['FAILED_PRECONDITION', 'It is more than the product allows at once.'],
  SAME_ACCOUNT: ['INVALID_ARGUMENT', 'An account cannot pay to itself.'],
  DATE_INVALID: ['INVALID_ARGUMENT', 'A date is no day of the calendar, or the last day is before the first.'],
});

/** For the same mismatch in what a request states, rather than in what it finds. */
export const refuseTerm = refusals('account', {
  CURRENCY_MISMATCH: ['INVALID_ARGUMENT', 'The amount is not in the currency of the product.'],
});
