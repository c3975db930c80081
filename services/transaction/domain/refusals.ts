// Why the transaction service says no.
import { type Refusal, refusals } from '#chassis/errors.ts';

export const refuse = refusals('transaction', {
  TRANSACTION_NOT_FOUND: ['NOT_FOUND', 'There is no such transaction.'],
  ACCOUNT_NOT_FOUND: ['NOT_FOUND', 'There is no such account.'],
  ACCOUNT_REQUIRED: ['INVALID_ARGUMENT', 'A customer names one of their accounts.'],
  ACCOUNT_CLOSED: ['FAILED_PRECONDITION', 'The account is closed.'],
  ACCOUNT_NOT_ACTIVE: ['FAILED_PRECONDITION', 'The account is not in use yet.'],
  ACCOUNT_NOT_MIGRATING: ['FAILED_PRECONDITION', 'Only a migrating account takes history.'],
  ACCOUNT_FROZEN: ['FAILED_PRECONDITION', 'The account is frozen.'],
  CURRENCY_MISMATCH: ['FAILED_PRECONDITION', 'The amount is not in the currency of the account.'],
  INSUFFICIENT_FUNDS: ['FAILED_PRECONDITION', 'There is not enough money on the account.'],
  CEILING_EXCEEDED: ['FAILED_PRECONDITION', 'The account may not hold that much.'],
  TIER_DAY_LIMIT_EXCEEDED: [
    'FAILED_PRECONDITION',
    'With what was ordered before it is more than the bank allows on a day by what it has verified.',
  ],
  BALANCE_OUT_OF_RANGE: ['FAILED_PRECONDITION', 'The balance would be larger than the ledger holds.'],
  BOOKING_DATE_NOT_OPEN: ['FAILED_PRECONDITION', 'Nothing may be booked on that day.'],
  TRANSACTION_NOT_REVERSIBLE: ['FAILED_PRECONDITION', 'The transaction cannot be undone.'],
  REVERSAL_EXCEEDS_ORIGINAL: ['FAILED_PRECONDITION', 'The reversals together would be more than the original.'],
  FRAUD_SUSPECTED: ['FAILED_PRECONDITION', 'The order looks like fraud; see the reasons.'],
  SCORING_UNAVAILABLE: ['UNAVAILABLE', 'Nobody can say whether the order looks like fraud. Repeat it later.'],
  SIGNATURES_REQUIRED: ['FAILED_PRECONDITION', 'The mandate of the account asks for more signatures than one.'],
  REVIEW_NOT_OPEN: ['FAILED_PRECONDITION', 'The transaction is not under review, or not any more.'],
  CARD_NOT_FOUND: ['NOT_FOUND', 'There is no such card.'],
  CARD_PAYMENT_REVERSED: ['FAILED_PRECONDITION', 'Its reversal has come first: nothing is booked of it.'],
  SANCTIONS_REVIEW: ['FAILED_PRECONDITION', 'A party may be on a sanctions list: two officers decide.'],
  SCREENING_UNAVAILABLE: [
    'UNAVAILABLE',
    'Nobody can hold the parties against the sanctions lists now. Repeat it later.',
  ],
  LIMIT_EXCEEDED: ['FAILED_PRECONDITION', 'With what was ordered before it is more than a limit allows; see its code.'],
  LIMIT_NOT_FOUND: ['NOT_FOUND', 'No limit of a customer is called so.'],
  LIMIT_NOT_LOWER: ['FAILED_PRECONDITION', 'The limit is no higher than that already.'],
  LIMIT_NOT_HIGHER: ['FAILED_PRECONDITION', 'The limit is as high as that already.'],
  LIMIT_ABOVE_BANK: ['FAILED_PRECONDITION', 'The bank allows less.'],
  LIMITS_INVALID: ['INVALID_ARGUMENT', 'Two limits of the set have one code.'],
  HOLD_NOT_FOUND: ['NOT_FOUND', 'There is no such hold.'],
  HOLD_CAPTURED: ['FAILED_PRECONDITION', 'The hold is captured.'],
  HOLD_RELEASED: ['FAILED_PRECONDITION', 'The hold is released.'],
  HOLD_EXPIRED: ['FAILED_PRECONDITION', 'The hold has expired.'],
  HOLD_EXCEEDED: ['FAILED_PRECONDITION', 'The captures together would be more than the hold allows.'],
  HOLD_EXPIRE_TIME_NOT_LATER: ['FAILED_PRECONDITION', 'The hold would expire no later than it does, or at once.'],
  HOLD_LIMIT_BELOW_AMOUNT: ['INVALID_ARGUMENT', 'The capture limit is less than the amount.'],
  CREDITOR_REQUIRED: ['PERMISSION_DENIED', 'Only the creditor may do this.'],
  DEBTOR_REQUIRED: ['PERMISSION_DENIED', 'Only the debtor may do this.'],
  SCHEDULED_PAYMENT_NOT_FOUND: ['NOT_FOUND', 'There is no such scheduled payment.'],
  SCHEDULED_PAYMENT_ENDED: ['FAILED_PRECONDITION', 'The scheduled payment is over.'],
  SCHEDULED_PAYMENT_NOT_ACTIVE: ['FAILED_PRECONDITION', 'The scheduled payment is not active.'],
  SCHEDULED_PAYMENT_NOT_PAUSED: ['FAILED_PRECONDITION', 'The scheduled payment is not paused.'],
  SCHEDULED_PAYMENT_NOT_DUE: ['FAILED_PRECONDITION', 'The scheduled payment has changed since it was found due.'],
  SCHEDULED_PAYMENT_BUSY: ['ABORTED', 'A payment of it is on its way. Repeat the call.'],
  SCHEDULED_PAYMENT_EXISTS: ['ALREADY_EXISTS', 'The standing order was brought in before.'],
  RECURRENCE_RULE_INVALID: ['INVALID_ARGUMENT', 'It is no rule of recurrence, or there is no day by it.'],
  SCHEDULE_INVALID: ['INVALID_ARGUMENT', 'The parts of the schedule do not go together.'],
  CALENDAR_NOT_FOUND: ['NOT_FOUND', 'There is no such calendar, or not of that year.'],
  START_DATE_NOT_LATER: ['FAILED_PRECONDITION', 'It would begin no later than the open business date.'],
  IBAN_INVALID: ['INVALID_ARGUMENT', 'It is no international bank account number (ISO 13616).'],
  PAYMENT_ORDER_NOT_FOUND: ['NOT_FOUND', 'There is no such payment order.'],
  PAYMENT_ORDER_NOT_CANCELLABLE: ['FAILED_PRECONDITION', 'The payment order is executed, or cancelled already.'],
  PAYMENT_ORDER_NOT_RECALLABLE: ['FAILED_PRECONDITION', 'The payment order is not booked yet, or it is over.'],
  PAYMENT_ORDER_RECALLED: ['FAILED_PRECONDITION', 'The payment order is asked back already.'],
  RECEIVED_RECALL_NOT_FOUND: ['NOT_FOUND', 'There is no such recall.'],
  RECEIVED_RECALL_NOT_OPEN: ['FAILED_PRECONDITION', 'The recall is answered, or has expired.'],
  RECEIVED_RECALL_IN_SUSPENSE: ['FAILED_PRECONDITION', 'Its money is in suspense, and is sent back from there.'],
  PAYMENT_REPORT_CONFLICTS: ['FAILED_PRECONDITION', 'That cannot be, after what was told of the payment before.'],
  CREDITOR_NAME_REQUIRED: ['INVALID_ARGUMENT', 'Another bank is paid, and nobody is named.'],
  EXECUTION_DATE_NOT_SUPPORTED: ['FAILED_PRECONDITION', 'A transfer of a file is made at once.'],
  CREDITOR_IN_THIS_BANK: ['FAILED_PRECONDITION', 'The account is with this bank: it is paid by a transfer.'],
  SCHEME_NOT_AVAILABLE: ['FAILED_PRECONDITION', 'The bank pays to no other bank in this currency.'],
  EXECUTION_DATE_PASSED: ['INVALID_ARGUMENT', 'The execution date is before the open business date.'],
  EXECUTION_DATE_TOO_FAR: ['INVALID_ARGUMENT', 'The execution date is more than a year away.'],
  SUSPENSE_ITEM_NOT_FOUND: ['NOT_FOUND', 'There is no such item in suspense.'],
  SUSPENSE_ITEM_NOT_OPEN: ['FAILED_PRECONDITION', 'The item is dealt with already.'],
  EXTERNAL_REFERENCE_EXISTS: ['ALREADY_EXISTS', 'Another request has taken this payment into suspense.'],
  SUSPENSE_ITEM_NOT_RETURNABLE: ['FAILED_PRECONDITION', 'It is a payment of this bank that came back.'],
  CHEQUE_AWAITS_DECISION: ['FAILED_PRECONDITION', 'The cheque waits for what its issuer says. Present it again.'],
  CHEQUE_POST_DATED: ['FAILED_PRECONDITION', 'The day that is written on the cheque has not come.'],
  CHEQUE_STALE: ['FAILED_PRECONDITION', 'The cheque is too old.'],
  CHEQUE_PRESENTED_TWICE: ['FAILED_PRECONDITION', 'The cheque is in clearing, or was cleared.'],
  CHEQUE_DEPOSIT_NOT_FOUND: ['NOT_FOUND', 'There is no such cheque.'],
  CHEQUE_DEPOSIT_NOT_IN_CLEARING: ['FAILED_PRECONDITION', 'It is decided what becomes of the cheque.'],
  ISO_REASON_REQUIRED: ['INVALID_ARGUMENT', 'What is sent back has a reason, and nothing else.'],
  TILL_NOT_FOUND: ['NOT_FOUND', 'There is no such till.'],
  TILL_EXISTS: ['FAILED_PRECONDITION', 'The drawer or the teller has a till open in that currency.'],
  TILL_NOT_OPEN: ['FAILED_PRECONDITION', 'The till is not open, or the teller has none open in the currency.'],
  TILL_BUSY: ['ABORTED', 'Cash of the till is on its way. Repeat the call.'],
  TILL_DIFFERS: ['FAILED_PRECONDITION', 'Another amount was counted than should be in it. Say why.'],
  TILL_OF_ANOTHER: ['PERMISSION_DENIED', 'It is the till of another teller.'],
  TILL_AMOUNT_EXCEEDED: ['FAILED_PRECONDITION', 'It is more than a teller may move to or from the vault alone.'],
  CASH_INSUFFICIENT: ['FAILED_PRECONDITION', 'There is not so much cash where it is taken from.'],
  PAYEE_NOT_FOUND: ['NOT_FOUND', 'There is no such payee.'],
  PAYEE_NOT_IN_BANK: ['FAILED_PRECONDITION', 'The payee is at another bank: order a payment.'],
  PAYEE_LIMIT: ['FAILED_PRECONDITION', 'There are as many payees as one customer may have.'],
  PAYEE_CONFIRMATION_NOT_FOUND: ['NOT_FOUND', 'There is no such confirmation of a payee.'],
  PAYEE_CONFIRMATION_EXPIRED: ['FAILED_PRECONDITION', 'The payee was confirmed too long ago. Ask again.'],
  PAYEE_CONFIRMATION_MISMATCH: ['INVALID_ARGUMENT', 'The confirmation is about another account.'],
  CREDITOR_NOT_FOUND: ['NOT_FOUND', 'The bank has no such account.'],
  DATE_INVALID: [
    'INVALID_ARGUMENT',
    'A date is no day of the calendar (YYYY-MM-DD), or the last day is before the first.',
  ],
});

/** An amount that the request itself gives in the wrong currency: the same word, but the caller's fault. */
export const refuseRequest = refusals('transaction', {
  CURRENCY_MISMATCH: ['INVALID_ARGUMENT', 'The amounts are not in one currency.'],
});

type Reason = Parameters<typeof refuse>[0];

/** What the ledger says of ledger accounts, as it is said of accounts. */
const OF_THE_LEDGER: Readonly<Record<string, Reason>> = {
  LEDGER_ACCOUNT_NOT_FOUND: 'ACCOUNT_NOT_FOUND',
  LEDGER_ACCOUNT_CLOSED: 'ACCOUNT_CLOSED',
  LEDGER_ACCOUNT_FROZEN: 'ACCOUNT_FROZEN',
  LEDGER_ACCOUNT_MIGRATING: 'ACCOUNT_NOT_ACTIVE',
  LEDGER_ACCOUNT_NOT_MIGRATING: 'ACCOUNT_NOT_MIGRATING',
  CURRENCY_MISMATCH: 'CURRENCY_MISMATCH',
  INSUFFICIENT_FUNDS: 'INSUFFICIENT_FUNDS',
  CEILING_EXCEEDED: 'CEILING_EXCEEDED',
  BALANCE_OUT_OF_RANGE: 'BALANCE_OUT_OF_RANGE',
  BOOKING_DATE_NOT_OPEN: 'BOOKING_DATE_NOT_OPEN',
  REVERSAL_NOT_REVERSIBLE: 'TRANSACTION_NOT_REVERSIBLE',
  REVERSAL_EXCEEDS_ORIGINAL: 'REVERSAL_EXCEEDS_ORIGINAL',
  HOLD_NOT_FOUND: 'HOLD_NOT_FOUND',
  HOLD_CAPTURED: 'HOLD_CAPTURED',
  HOLD_RELEASED: 'HOLD_RELEASED',
  HOLD_EXPIRED: 'HOLD_EXPIRED',
  HOLD_EXCEEDED: 'HOLD_EXCEEDED',
  HOLD_EXPIRE_TIME_NOT_LATER: 'HOLD_EXPIRE_TIME_NOT_LATER',
};

/**
 * A refusal of the ledger in the words of this service, without the ledger's ids. What the ledger refuses for any other
 * reason is a bug of ours, and thrown as one: the order stays unsettled, and is seen in the log.
 */
export function fromLedger(refusal: Refusal): Refusal {
  const reason = OF_THE_LEDGER[refusal.reason];
  if (reason === undefined) throw new Error(`the ledger refused a journal for ${refusal.reason}`, { cause: refusal });
  return refuse(reason);
}
