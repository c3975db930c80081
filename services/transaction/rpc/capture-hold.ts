import type { Call } from '#chassis/call-context.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type CaptureHoldRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuseRequest } from '../domain/refusals.ts';
import { readHold, requireSide } from '../holds.ts';
import { transactionMessage } from '../messages.ts';
import { type Movement, movementSteps, newOrder } from '../movement.ts';
import { sealParticulars } from '../particulars.ts';

/** Takes money that is held, by a transfer. */
export function captureHold(context: Context): Rpcs<typeof TransactionService>['captureHold'] {
  const steps = movementSteps(context, TransactionService.method.captureHold, async (order) => ({
    transaction: await transactionMessage(context.vault, order),
  }));
  const order = context.orders.define(steps);
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: CaptureHoldRequest, call: Call): Promise<Movement> {
  const { holdId, final, remittanceInformation } = request;
  const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const hold = await readHold(context.database, holdId);
  await requireSide(context, hold, 'creditor', call);
  if (hold.currency !== currency) throw refuseRequest('CURRENCY_MISMATCH');
  const { debtorAccountId, creditorAccountId, partyId } = hold;
  const particulars = await sealParticulars(context.vault, partyId, { remittanceInformation });
  const parties = { debtorAccountId, creditorAccountId, partyId };
  const captures = { holdId, amount: toMoney({ currency, minor: amount }), final };
  return {
    order: newOrder({ type: 'transfer', ...parties, currency, amount, holdId, particulars }),
    journal: { kind: JournalKind.TRANSFER, legs: [], captures },
  };
}
