import type { Call } from '#chassis/call-context.ts';
import { fromMoney, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type CaptureHoldRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { OUTSIDER } from '../accounts.ts';
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
  const [particulars, balanceLimit] = await Promise.all([
    sealParticulars(context.vault, partyId, { remittanceInformation }),
    balanceLimitOf(context, creditorAccountId, toMoney({ currency, minor: amount }), call),
  ]);
  const parties = { debtorAccountId, creditorAccountId, partyId };
  const captures = {
    holdId,
    amount: toMoney({ currency, minor: amount }),
    final,
    ...(balanceLimit && { balanceLimit: toMoney(fromMoney(balanceLimit)) }),
  };
  return {
    order: newOrder({ type: 'transfer', ...parties, currency, amount, holdId, particulars }),
    journal: { kind: JournalKind.TRANSFER, legs: [], captures },
  };
}

/** How much may be on the payee's account, by what the bank has verified of its owners now; the hold itself was authorised when it was placed. */
async function balanceLimitOf({ accounts }: Context, creditorAccountId: string, amount: Money, call: Call) {
  const creditor = { case: 'creditorAccountId' as const, value: creditorAccountId };
  const asked = { operation: Operation.INCOMING_TRANSFER, creditor, amount };
  return (await accounts.authorise(asked, { ...call, principal: OUTSIDER })).creditorBalanceLimit;
}
