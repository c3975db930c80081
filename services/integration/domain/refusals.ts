// Why the integration service says no.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('integration', {
  CUSTOMER_NOT_FOUND: ['NOT_FOUND', 'There is no such customer.'],
  PAYMENT_FILE_NOT_FOUND: ['NOT_FOUND', 'There is no such file of payments.'],
  PAYMENT_FILE_EXISTS: ['ALREADY_EXISTS', 'This content was handed in before.'],
  PAYMENT_FILE_PART_NOT_FOUND: ['FAILED_PRECONDITION', 'A part of the file was not uploaded, or too long ago.'],
  PAYMENT_FILE_EMPTY: ['INVALID_ARGUMENT', 'The file has neither content nor parts.'],
  PAYMENT_NOT_RECEIVED: ['NOT_FOUND', 'No payment came in by this reference.'],
  STATEMENT_UNREADABLE: ['INVALID_ARGUMENT', 'It is no statement that can be read; see reason and path.'],
  STATEMENT_NOT_NEXT: ['FAILED_PRECONDITION', 'It does not begin where the last statement ended.'],
  STATEMENT_EXISTS: ['ALREADY_EXISTS', 'Another content came by this identification.'],
  RECONCILIATION_EXCEPTION_NOT_FOUND: ['NOT_FOUND', 'There is no such exception.'],
  RECONCILIATION_EXCEPTION_RESOLVED: ['FAILED_PRECONDITION', 'It has its counterpart.'],
  RECONCILIATION_SUMS_DIFFER: ['FAILED_PRECONDITION', 'The sums differ, and no reason says why.'],
  CURRENCY_MISMATCH: ['FAILED_PRECONDITION', 'They are of several currencies.'],
  PAYMENT_NOT_SENT: ['NOT_FOUND', 'There is no payment of this payment order here.'],
  RECALL_NOT_RECEIVED: ['NOT_FOUND', 'No recall came in by this reference.'],
  PAYMENT_FILE_NOT_READ: ['FAILED_PRECONDITION', 'The file is still being read.'],
});
