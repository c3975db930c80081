import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { isPassingRefusal, Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  TransactionService,
  type TransferOutcomeSchema,
  type TransferToMake,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { transferSteps } from '../signed-orders.ts';
import { prepareTransfer } from '../transferring.ts';

const method = TransactionService.method.transferFunds;
const RPC = `${TransactionService.typeName}/${method.name}`;

/** Transfers money item by item, each in the name of its actor. */
export function batchTransferFunds(context: Context): Rpcs<typeof TransactionService>['batchTransferFunds'] {
  // Nobody is there to prove anything: what would have to be proved is held, as of somebody who has nothing to prove it with.
  const alone: Context = { ...context, proving: async () => false };
  const order = context.orders.define(transferSteps(context));

  async function make(transfer: TransferToMake, validateOnly: boolean, batch: Call) {
    const { actor: principal, debtorIban, creditorIban, amount, remittanceInformation } = transfer;
    const call: Call = { ...batch, rpc: RPC, principal };
    const request = create(method.input, {
      // Among the keys that no caller of TransferFunds can name.
      requestId: ownKey(`file/${transfer.requestId}`),
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

  return async ({ transfers, validateOnly }, call) => ({
    outcomes: await Promise.all(transfers.map((transfer) => outcomeOf(() => make(transfer, validateOnly, call)))),
  });
}

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
