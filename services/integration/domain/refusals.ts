// Why the integration service says no.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('integration', {
  CUSTOMER_NOT_FOUND: ['NOT_FOUND', 'There is no such customer.'],
  PAYMENT_FILE_NOT_FOUND: ['NOT_FOUND', 'There is no such file of payments.'],
  PAYMENT_FILE_EXISTS: ['ALREADY_EXISTS', 'This content was handed in before.'],
  PAYMENT_FILE_PART_NOT_FOUND: ['FAILED_PRECONDITION', 'A part of the file was not uploaded, or too long ago.'],
  PAYMENT_FILE_EMPTY: ['INVALID_ARGUMENT', 'The file has neither content nor parts.'],
  PAYMENT_NOT_RECEIVED: ['NOT_FOUND', 'No payment came in by this reference.'],
  PAYMENT_NOT_SENT: ['NOT_FOUND', 'There is no payment of this payment order here.'],
  RECALL_NOT_RECEIVED: ['NOT_FOUND', 'No recall came in by this reference.'],
  PAYMENT_FILE_NOT_READ: ['FAILED_PRECONDITION', 'The file is still being read.'],
});
