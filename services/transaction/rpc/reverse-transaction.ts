import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '#chassis/call-context.ts';
import { Refusal } from '#chassis/errors.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { ReverseTransactionRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse, refuseRequest } from '../domain/refusals.ts';
import { sealParticulars } from '../particulars.ts';
import { type ReversalPlan, reversalSteps } from '../reversing.ts';
import { orderFrom, selectOrder } from '../tables.ts';

const PAUSE_MS = 25;

/** Undoes a transaction, in whole or in part. */
export function reverseTransaction(context: Context): Rpcs<typeof TransactionService>['reverseTransaction'] {
  const order = context.orders.define(reversalSteps(context));
  return (request, call) => patiently(call, () => order.run(request, call, () => prepare(context, request)));
}

async function prepare(context: Context, request: ReverseTransactionRequest): Promise<ReversalPlan> {
  const { transactionId: originalId, remittanceInformation } = request;
  const asked = request.amount && fromPositiveMoney(request.amount);
  const [raw] = await context.database.query(selectOrder(originalId));
  if (!raw) throw refuse('TRANSACTION_NOT_FOUND');
  const { partyId, currency, type } = orderFrom(raw);
  // What has left the bank, or came from elsewhere, is not the bank's alone to undo: it is returned, by the scheme.
  if (type === 'outgoing_transfer' || type === 'incoming_transfer') throw refuse('TRANSACTION_NOT_REVERSIBLE');
  if (asked && asked.currency !== currency) throw refuseRequest('CURRENCY_MISMATCH');
  const particulars = await sealParticulars(context.vault, partyId, { remittanceInformation });
  return { originalId, amount: asked?.minor, particulars };
}

/** Asks again, within the caller's time, while another order on the same transaction is not settled. */
async function patiently<T>(call: Call, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const passes = error instanceof Refusal && error.reason === 'OUTCOME_PENDING';
      if (!passes || Date.now() + 2 * PAUSE_MS > call.deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
