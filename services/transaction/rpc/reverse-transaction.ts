import type { Call } from '#chassis/call-context.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import { patiently } from '#chassis/patience.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { ReverseTransactionRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { refuse, refuseRequest } from '../domain/refusals.ts';
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
  const { partyId, currency, type, journalId } = orderFrom(raw);
  // What has left the bank, or came from elsewhere, is not the bank's alone to undo: it is returned, by the scheme.
  const byClearing = type === 'cheque_payment' && (await isByClearing(context, journalId, currency, call));
  if (OF_SCHEMES.includes(type) || byClearing) throw refuse('TRANSACTION_NOT_REVERSIBLE');
  if (asked && asked.currency !== currency) throw refuseRequest('CURRENCY_MISMATCH');
  const particulars = await sealParticulars(context.vault, partyId, { remittanceInformation });
  return { originalId, amount: asked?.minor, particulars };
}

/** Whether a journal books something on the clearing: a cheque that another bank has presented. */
async function isByClearing({ ledger }: Context, journalId: string, currency: string, call: Call): Promise<boolean> {
  const clearing = bankAccount('clearing', currency);
  return (await ledger.bookedOn(journalId, call)).includes(clearing);
}
