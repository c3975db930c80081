// A valid request of every RPC about payments to and from other banks, for samples.ts.
import { money } from './counter.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a bank that pays to no other, so that nothing leaves it. */
export function paymentSamples(accountId: string): Partial<Record<RpcName, Sample>> {
  const payment = {
    debtorAccountId: accountId,
    creditorIban: 'DE89370400440532013000',
    creditorName: 'Erika Mustermann',
  };
  const paymentOrderId = 'pmo_none';
  const suspenseItemId = 'spi_none';
  return {
    'transaction.OrderPayment': { request: { ...payment, amount: money('1.00') }, refused: 'SCHEME_NOT_AVAILABLE' },
    'transaction.GetPaymentOrder': { request: { paymentOrderId }, refused: 'PAYMENT_ORDER_NOT_FOUND' },
    'transaction.ListPaymentOrders': { request: { accountId } },
    'transaction.CancelPaymentOrder': { request: { paymentOrderId }, refused: 'PAYMENT_ORDER_NOT_FOUND' },
    'transaction.RecallPaymentOrder': {
      request: { paymentOrderId, isoReason: 'DUPL' },
      refused: 'PAYMENT_ORDER_NOT_FOUND',
    },
    'transaction.ListReceivedRecalls': { request: { accountId } },
    'transaction.AnswerReceivedRecall': {
      request: { receivedRecallId: 'rcl_none', accepted: true },
      refused: 'RECEIVED_RECALL_NOT_FOUND',
    },
    'transaction.ListSuspenseItems': { request: {} },
    'transaction.AllocateSuspenseItem': { request: { suspenseItemId, accountId }, refused: 'SUSPENSE_ITEM_NOT_FOUND' },
    'transaction.PublishLimitSet': { request: { baseVersion: 7 }, refused: 'ETAG_MISMATCH' },
    'transaction.ListLimitSets': { request: {} },
    'transaction.ListLimits': { request: {} },
    'transaction.LowerLimit': { request: { code: 'none', amount: money('1.00') }, refused: 'LIMIT_NOT_FOUND' },
    'transaction.RaiseLimit': { request: { code: 'none', amount: money('1.00') }, refused: 'STEP_UP_UNAVAILABLE' },
    'transaction.DecideSuspenseItem': {
      request: { suspenseItemId, decision: 'REVIEW_DECISION_RELEASE' },
      refused: 'SUSPENSE_ITEM_NOT_FOUND',
    },
    'transaction.ReturnSuspenseItem': {
      request: { suspenseItemId, isoReason: 'AC01' },
      refused: 'SUSPENSE_ITEM_NOT_FOUND',
    },
  };
}
