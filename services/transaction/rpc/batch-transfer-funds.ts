import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { isPassingRefusal, Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import {
  TransactionService,
  type TransferOutcomeSchema,
  type TransferToMake,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { normalise } from '#rules/iban.ts';
import type { Context } from '../context.ts';
import { isOwnIban } from '../creditors.ts';
import { refuse } from '../domain/refusals.ts';
import { anyFindingOf } from '../domain/sanctions.ts';
import { preparePayment } from '../paying.ts';
import { paymentSteps } from '../payments.ts';
import { transferSteps } from '../signed-orders.ts';
import { prepareTransfer } from '../transferring.ts';

const method = TransactionService.method.transferFunds;
const payMethod = TransactionService.method.orderPayment;
const RPC = `${TransactionService.typeName}/${method.name}`;

/** Transfers money item by item, each in the name of its actor. */
export function batchTransferFunds(context: Context): Rpcs<typeof TransactionService>['batchTransferFunds'] {
  // Nobody is there to prove anything: what would have to be proved is held, as of somebody who has nothing to prove it with.
  const { screening } = context;
  const alone: Context = {
    ...context,
    proving: async () => false,
    // Nor to come again later: while nobody can say whether a creditor is sanctioned, their payment alone waits, however large it is.
    screening: {
      ...screening,
      find: async (parties, _amount, on) => anyFindingOf(await screening.screen(parties, on)),
    },
  };
  const order = context.orders.define(transferSteps(context));
  const payments = context.orders.define(paymentSteps(context));

  async function make(transfer: TransferToMake, validateOnly: boolean, batch: Call) {
    const { actor: principal, debtorIban, creditorIban, amount, remittanceInformation } = transfer;
    // Among the keys that no caller of TransferFunds can name.
    const requestId = ownKey(`file/${transfer.requestId}`);
    if (!isOwnIban(context.config, normalise(creditorIban))) return pay({ transfer, requestId, validateOnly }, batch);
    if (transfer.requestedExecutionDate !== '') throw refuse('EXECUTION_DATE_NOT_SUPPORTED');
    const call: Call = { ...batch, rpc: RPC, principal };
    const request = create(method.input, {
      requestId,
      validateOnly,
      debtorAccountId: debtorIban,
      creditor: { case: 'creditorIban', value: creditorIban },
      ...(amount && { amount }),
      remittanceInformation,
    });
    const { transaction } = await order.run(request, call, () => prepareTransfer(alone, request, call, debtorIban));
    if (!transaction) throw new Error('a transfer was answered without its transaction');
    const { transactionId, state } = transaction;
    return { transactionId, state };
  }

  /** Pays to another bank. */
  async function pay({ transfer, ...key }: ToPay, batch: Call) {
    const { actor: principal, debtorIban, creditorIban, creditorName, amount } = transfer;
    if (creditorName === '') throw refuse('CREDITOR_NAME_REQUIRED');
    const call: Call = { ...batch, rpc: `${TransactionService.typeName}/${payMethod.name}`, principal };
    const { remittanceInformation, requestedExecutionDate, endToEndIdentification } = transfer;
    const request = create(payMethod.input, {
      ...key,
      debtorAccountId: debtorIban,
      creditorIban,
      creditorName,
      ...(amount && { amount }),
      remittanceInformation,
      requestedExecutionDate,
      endToEndIdentification,
    });
    const { paymentOrder } = await payments.run(request, call, () => preparePayment(alone, request, call, debtorIban));
    if (!paymentOrder) throw new Error('a payment was answered without its order');
    const { paymentOrderId, transactionId } = paymentOrder;
    const state = STATES[paymentOrder.state] ?? TransactionState.PENDING;
    // What waits for its day has no transaction yet.
    return { paymentOrderId, state, transactionId: state === TransactionState.PENDING ? '' : transactionId };
  }

  return async ({ transfers, validateOnly }, call) => ({
    outcomes: await Promise.all(transfers.map((transfer) => outcomeOf(() => make(transfer, validateOnly, call)))),
  });
}

interface ToPay {
  readonly transfer: TransferToMake;
  readonly requestId: string;
  readonly validateOnly: boolean;
}

/** What a payment that was ordered is to its transaction; it is pending while it has none. */
const STATES: Partial<Record<PaymentOrderState, TransactionState>> = {
  [PaymentOrderState.ACCEPTED]: TransactionState.POSTED,
  [PaymentOrderState.PENDING_SIGNATURE]: TransactionState.AWAITING_SIGNATURES,
  [PaymentOrderState.HELD_FOR_REVIEW]: TransactionState.UNDER_REVIEW,
};

/** What came of an item. What passes is the whole call's, which is sent again: then what was done is a repeat. */
async function outcomeOf(
  work: () => Promise<MessageInitShape<typeof TransferOutcomeSchema>>,
): Promise<MessageInitShape<typeof TransferOutcomeSchema>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal && !isPassingRefusal(error)) return { refusal: refusalMessage(error) };
    throw error;
  }
}
