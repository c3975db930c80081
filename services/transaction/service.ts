// The table of contents of the transaction service.
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { owners } from './access.ts';
import { type Context, makeContext } from './context.ts';
import { startEndOfDay } from './end-of-day.ts';
import { mergedCustomers, signatures } from './events.ts';
import { expireCheques } from './expiring-cheques.ts';
import { forgetUsage } from './forgetting-usage.ts';
import { Transactions } from './migrations/0001-transactions.ts';
import { Imports } from './migrations/0002-imports.ts';
import { Holds } from './migrations/0004-holds.ts';
import { Reviews } from './migrations/0010-reviews.ts';
import { SignedOrders } from './migrations/0012-signed-orders.ts';
import { DayUsages } from './migrations/0013-day-usage.ts';
import { ScheduledPayments } from './migrations/0020-scheduled-payments.ts';
import { Payments } from './migrations/0021-payments.ts';
import { RefusedReceipts } from './migrations/0022-refused-receipts.ts';
import { Recalls } from './migrations/0023-recalls.ts';
import { Tills } from './migrations/0024-tills.ts';
import { Cheques } from './migrations/0025-cheques.ts';
import { CardAuthorizations } from './migrations/0026-card-authorizations.ts';
import { UntoldParticulars } from './migrations/0027-untold-particulars.ts';
import { SanctionsGate } from './migrations/0030-sanctions-gate.ts';
import { Limits } from './migrations/0031-limits.ts';
import { LimitPeriods } from './migrations/0032-limit-periods.ts';
import { ChequesInClearing } from './migrations/0033-cheques-in-clearing.ts';
import { DatedCardMessages } from './migrations/0034-dated-card-messages.ts';
import { WorkLeases } from './migrations/0035-work-leases.ts';
import { Payees } from './migrations/0037-payees.ts';
import { PaymentRequests } from './migrations/0038-payment-requests.ts';
import { FreeUses } from './migrations/0039-free-uses.ts';
import { MergedCustomers } from './migrations/0040-merged-customers.ts';
import { RecalledItems } from './migrations/0041-recalled-items.ts';
import { expireReviews } from './reviews.ts';
import { addPayee } from './rpc/add-payee.ts';
import { allocateSuspenseItem } from './rpc/allocate-suspense-item.ts';
import { answerReceivedRecall } from './rpc/answer-received-recall.ts';
import { authorizeCard } from './rpc/authorize-card.ts';
import { batchImportScheduledPayments } from './rpc/batch-import-scheduled-payments.ts';
import { batchImportTransactions } from './rpc/batch-import-transactions.ts';
import { batchTransferFunds } from './rpc/batch-transfer-funds.ts';
import { cancelPaymentOrder } from './rpc/cancel-payment-order.ts';
import { cancelPaymentRequest } from './rpc/cancel-payment-request.ts';
import { cancelScheduledPayment } from './rpc/cancel-scheduled-payment.ts';
import { captureHold } from './rpc/capture-hold.ts';
import { clearCardPayment } from './rpc/clear-card-payment.ts';
import { closeTill } from './rpc/close-till.ts';
import { confirmPayee } from './rpc/confirm-payee.ts';
import { createPaymentRequest } from './rpc/create-payment-request.ts';
import { decideReview } from './rpc/decide-review.ts';
import { decideSanctionsReview } from './rpc/decide-sanctions-review.ts';
import { decideSuspenseItem } from './rpc/decide-suspense-item.ts';
import { declinePaymentRequest } from './rpc/decline-payment-request.ts';
import { depositCash } from './rpc/deposit-cash.ts';
import { depositCheque } from './rpc/deposit-cheque.ts';
import { extendHold } from './rpc/extend-hold.ts';
import { getHold } from './rpc/get-hold.ts';
import { getPayeeConfirmation } from './rpc/get-payee-confirmation.ts';
import { getPaymentOrder } from './rpc/get-payment-order.ts';
import { getPaymentRequest } from './rpc/get-payment-request.ts';
import { getScheduledPayment } from './rpc/get-scheduled-payment.ts';
import { getTill } from './rpc/get-till.ts';
import { getTransaction } from './rpc/get-transaction.ts';
import { getVault } from './rpc/get-vault.ts';
import { importScheduledPayment } from './rpc/import-scheduled-payment.ts';
import { listCardAuthorizations } from './rpc/list-card-authorizations.ts';
import { listChequeDeposits } from './rpc/list-cheque-deposits.ts';
import { listHolds } from './rpc/list-holds.ts';
import { listLimitSets } from './rpc/list-limit-sets.ts';
import { listLimits } from './rpc/list-limits.ts';
import { listPayeeConfirmations } from './rpc/list-payee-confirmations.ts';
import { listPayees } from './rpc/list-payees.ts';
import { listPaymentOrders } from './rpc/list-payment-orders.ts';
import { listPaymentRequests } from './rpc/list-payment-requests.ts';
import { listReceivedRecalls } from './rpc/list-received-recalls.ts';
import { listReviews } from './rpc/list-reviews.ts';
import { listScheduledPaymentRuns } from './rpc/list-scheduled-payment-runs.ts';
import { listScheduledPayments } from './rpc/list-scheduled-payments.ts';
import { listSuspenseItems } from './rpc/list-suspense-items.ts';
import { listTillEntries } from './rpc/list-till-entries.ts';
import { listTills } from './rpc/list-tills.ts';
import { listTransactions } from './rpc/list-transactions.ts';
import { lowerLimit } from './rpc/lower-limit.ts';
import { moveTillCash } from './rpc/move-till-cash.ts';
import { moveVaultCash } from './rpc/move-vault-cash.ts';
import { openTill } from './rpc/open-till.ts';
import { orderPayment } from './rpc/order-payment.ts';
import { pauseScheduledPayment } from './rpc/pause-scheduled-payment.ts';
import { payCheque } from './rpc/pay-cheque.ts';
import { placeHold } from './rpc/place-hold.ts';
import { presentCheque } from './rpc/present-cheque.ts';
import { publishLimitSet } from './rpc/publish-limit-set.ts';
import { raiseLimit } from './rpc/raise-limit.ts';
import { recallPaymentOrder } from './rpc/recall-payment-order.ts';
import { receivePayment } from './rpc/receive-payment.ts';
import { receiveRecall } from './rpc/receive-recall.ts';
import { releaseHold } from './rpc/release-hold.ts';
import { removePayee } from './rpc/remove-payee.ts';
import { reportChequeDeposit } from './rpc/report-cheque-deposit.ts';
import { reportPayment } from './rpc/report-payment.ts';
import { reportRecall } from './rpc/report-recall.ts';
import { resumeScheduledPayment } from './rpc/resume-scheduled-payment.ts';
import { returnSuspenseItem } from './rpc/return-suspense-item.ts';
import { reverseCardAuthorization } from './rpc/reverse-card-authorization.ts';
import { reverseTransaction } from './rpc/reverse-transaction.ts';
import { schedulePayment } from './rpc/schedule-payment.ts';
import { transferFunds } from './rpc/transfer-funds.ts';
import { updateScheduledPayment } from './rpc/update-scheduled-payment.ts';
import { withdrawCash } from './rpc/withdraw-cash.ts';
import { screenWaiting } from './screened-orders.ts';
import { goOnWithPayments } from './sending-payments.ts';
import { goOnSigned } from './signed-orders.ts';
import { entities } from './tables.ts';

/** How often it is looked whether another process has published limits. */
const LIMITS_MS = 1_000;
/** How often what is used of limits is looked through for what nobody is held to any more. */
const FORGET_MS = 600_000;
/** How often it is looked whether reviews have expired. */
const EXPIRY_MS = 2_000;
/** How often what could not be screened is screened. */
const SCREEN_MS = 2_000;
/** How often it is looked whether orders are signed. */
const SIGNED_MS = 500;
/** How often it is looked what payments wait for this service. */
const PAYMENTS_MS = 500;

/** Those about payees, and about what customers ask each other to pay. */
function payees(context: Context) {
  return {
    cancelPaymentRequest: cancelPaymentRequest(context),
    createPaymentRequest: createPaymentRequest(context),
    declinePaymentRequest: declinePaymentRequest(context),
    getPaymentRequest: getPaymentRequest(context),
    listPaymentRequests: listPaymentRequests(context),
    addPayee: addPayee(context),
    confirmPayee: confirmPayee(context),
    getPayeeConfirmation: getPayeeConfirmation(context),
    listPayeeConfirmations: listPayeeConfirmations(context),
    listPayees: listPayees(context),
    removePayee: removePayee(context),
  };
}

function rpcs(context: Context) {
  return {
    ...payees(context),
    batchImportTransactions: batchImportTransactions(context),
    batchTransferFunds: batchTransferFunds(context),
    captureHold: captureHold(context),
    decideReview: decideReview(context),
    decideSanctionsReview: decideSanctionsReview(context),
    decideSuspenseItem: decideSuspenseItem(context),
    depositCash: depositCash(context),
    extendHold: extendHold(context),
    getHold: getHold(context),
    getTransaction: getTransaction(context),
    listHolds: listHolds(context),
    listReviews: listReviews(context),
    listTransactions: listTransactions(context),
    placeHold: placeHold(context),
    releaseHold: releaseHold(context),
    reverseTransaction: reverseTransaction(context),
    transferFunds: transferFunds(context),
    cancelScheduledPayment: cancelScheduledPayment(context),
    getScheduledPayment: getScheduledPayment(context),
    importScheduledPayment: importScheduledPayment(context),
    batchImportScheduledPayments: batchImportScheduledPayments(context),
    listScheduledPaymentRuns: listScheduledPaymentRuns(context),
    listScheduledPayments: listScheduledPayments(context),
    pauseScheduledPayment: pauseScheduledPayment(context),
    resumeScheduledPayment: resumeScheduledPayment(context),
    schedulePayment: schedulePayment(context),
    updateScheduledPayment: updateScheduledPayment(context),
    withdrawCash: withdrawCash(context),
    allocateSuspenseItem: allocateSuspenseItem(context),
    cancelPaymentOrder: cancelPaymentOrder(context),
    getPaymentOrder: getPaymentOrder(context),
    listLimitSets: listLimitSets(context),
    listLimits: listLimits(context),
    listPaymentOrders: listPaymentOrders(context),
    lowerLimit: lowerLimit(context),
    publishLimitSet: publishLimitSet(context),
    raiseLimit: raiseLimit(context),
    listSuspenseItems: listSuspenseItems(context),
    orderPayment: orderPayment(context),
    receivePayment: receivePayment(context),
    reportPayment: reportPayment(context),
    returnSuspenseItem: returnSuspenseItem(context),
    closeTill: closeTill(context),
    getTill: getTill(context),
    getVault: getVault(context),
    listTillEntries: listTillEntries(context),
    listTills: listTills(context),
    moveTillCash: moveTillCash(context),
    moveVaultCash: moveVaultCash(context),
    openTill: openTill(context),
    depositCheque: depositCheque(context),
    listChequeDeposits: listChequeDeposits(context),
    payCheque: payCheque(context),
    presentCheque: presentCheque(context),
    reportChequeDeposit: reportChequeDeposit(context),
    authorizeCard: authorizeCard(context),
    clearCardPayment: clearCardPayment(context),
    listCardAuthorizations: listCardAuthorizations(context),
    reverseCardAuthorization: reverseCardAuthorization(context),
    recallPaymentOrder: recallPaymentOrder(context),
    reportRecall: reportRecall(context),
    receiveRecall: receiveRecall(context),
    listReceivedRecalls: listReceivedRecalls(context),
    answerReceivedRecall: answerReceivedRecall(context),
  } satisfies Rpcs<typeof TransactionService>;
}

export const transaction: ServiceDefinition<typeof TransactionService, Context> = {
  name: 'transaction',
  service: TransactionService,
  entities,
  migrations: [
    { name: '0001-transactions', class: Transactions },
    { name: '0002-imports', class: Imports },
    { name: '0003-lean-chassis', class: LeanChassis },
    { name: '0004-holds', class: Holds },
    { name: '0005-chassis-settings', class: ChassisSettings },
    { name: '0006-event-path', class: eventPath('transaction_runtime') },
    { name: '0010-reviews', class: Reviews },
    { name: '0011-event-operations', class: eventOperations('transaction_runtime') },
    { name: '0012-signed-orders', class: SignedOrders },
    { name: '0013-day-usage', class: DayUsages },
    { name: '0020-scheduled-payments', class: ScheduledPayments },
    { name: '0021-payments', class: Payments },
    { name: '0022-refused-receipts', class: RefusedReceipts },
    { name: '0023-recalls', class: Recalls },
    { name: '0024-tills', class: Tills },
    { name: '0025-cheques', class: Cheques },
    { name: '0026-card-authorizations', class: CardAuthorizations },
    { name: '0027-untold-particulars', class: UntoldParticulars },
    { name: '0030-sanctions-gate', class: SanctionsGate },
    { name: '0031-limits', class: Limits },
    { name: '0032-limit-periods', class: LimitPeriods },
    { name: '0033-cheques-in-clearing', class: ChequesInClearing },
    { name: '0034-dated-card-messages', class: DatedCardMessages },
    { name: '0035-work-leases', class: WorkLeases },
    { name: '0037-payees', class: Payees },
    { name: '0038-payment-requests', class: PaymentRequests },
    { name: '0039-free-uses', class: FreeUses },
    { name: '0040-merged-customers', class: MergedCustomers },
    { name: '0041-recalled-items', class: RecalledItems },
  ],
  context: makeContext,
  rpcs,
  stepUp: ({ stepUp }) => stepUp,
  subscriptions: () => [signatures(), mergedCustomers()],
  start: async (context) => {
    const stops = [
      repeat(LIMITS_MS, () => context.limits.refresh(), context.log, 'limits could not be read'),
      repeat(EXPIRY_MS, expireReviews(context), context.log, 'reviews could not be expired yet'),
      repeat(SCREEN_MS, screenWaiting(context), context.log, 'what could not be screened has to wait'),
      repeat(SIGNED_MS, goOnSigned(context), context.log, 'what is signed has to wait'),
      repeat(FORGET_MS, forgetUsage(context), context.log, 'what is used of limits could not be forgotten'),
      repeat(EXPIRY_MS, expireCheques(context), context.log, 'cheques that were never decided have to wait'),
      startEndOfDay(context),
      repeat(PAYMENTS_MS, goOnWithPayments(context), context.log, 'payments have to wait'),
    ];
    return async () => {
      for (const stop of stops) await stop();
    };
  },
  owners,
};
