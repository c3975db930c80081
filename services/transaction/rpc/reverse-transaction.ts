import type { Call } from '#chassis/call-context.ts';
import { refuseCall } from '#chassis/errors.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import { patiently } from '#chassis/patience.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { ReverseTransactionRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { refuse, refuseRequest } from '../domain/refusals.ts';
import type { Order } from '../domain/words.ts';
import { sealParticulars } from '../particulars.ts';
import { type ReversalPlan, reversalSteps } from '../reversing.ts';
import { orderFrom, selectOrder } from '../tables.ts';

const OF_SCHEMES = ['outgoing_transfer', 'incoming_transfer', 'card_payment', 'cheque_deposit'];

/** Undoes a transaction, in whole or in part. */
export function reverseTransaction(context: Context): Rpcs<typeof TransactionService>['reverseTransaction'] {
  const order = context.orders.define(reversalSteps(context));
  return (request, call) =>
    patiently(call, 'OUTCOME_PENDING', () => order.run(request, call, () => prepare(context, request, call)));
}

async function prepare(context: Context, request: ReverseTransactionRequest, call: Call): Promise<ReversalPlan> {
  const { transactionId: originalId, remittanceInformation } = request;
  const asked = request.amount && fromPositiveMoney(request.amount);
  const [raw] = await context.database.query(selectOrder(originalId));
  if (!raw) throw refuse('TRANSACTION_NOT_FOUND');
  const original = orderFrom(raw);
  const { partyId, currency, type } = original;
  // What has left the bank, or came from elsewhere, is not the bank's alone to undo: it is returned, by the scheme.
  if (OF_SCHEMES.includes(type) || (await isByClearing(context, original, call))) {
    throw refuse('TRANSACTION_NOT_REVERSIBLE');
  }
  if (asked && asked.currency !== currency) throw refuseRequest('CURRENCY_MISMATCH');
  const particulars = await sealParticulars(context.vault, partyId, { remittanceInformation });
  return { originalId, amount: asked?.minor, particulars };
}

/** Whether it is a cheque that another bank has presented: its journal books something on the clearing. */
async function isByClearing({ ledger }: Context, order: Order, call: Call): Promise<boolean> {
  const { type, state, journalId, currency } = order;
  // Of one that was not paid there is no journal, and of one that is being paid none yet.
  if (type !== 'cheque_payment' || state === 'refused') return false;
  if (state === 'pending') throw refuseCall('OUTCOME_PENDING');
  return (await ledger.bookedOn(journalId, call)).includes(bankAccount('clearing', currency));
}
