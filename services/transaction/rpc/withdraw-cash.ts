import type { Call } from '#chassis/call-context.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { TransactionService, type WithdrawCashRequest } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { feesOf, freeUseOf } from '../charges.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import { transactionMessage } from '../messages.ts';
import { movementSteps, newOrder } from '../movement.ts';
import { sealParticulars } from '../particulars.ts';
import { type CounterMovement, counterOf, throughTill } from '../tills.ts';
import { usageOf } from '../usage.ts';

/** Pays cash out over the counter. */
export function withdrawCash(context: Context): Rpcs<typeof TransactionService>['withdrawCash'] {
  const steps = movementSteps(context, TransactionService.method.withdrawCash, async (order) => ({
    transaction: await transactionMessage(context.vault, order),
  }));
  const order = context.orders.define(throughTill(steps));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: WithdrawCashRequest, call: Call): Promise<CounterMovement> {
  const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { debtorAccountId, remittanceInformation } = request;
  const allowed = await context.accounts.authorise(
    { operation: Operation.CASH_WITHDRAWAL, debtorAccountId, amount: toMoney({ currency, minor: amount }) },
    call,
  );
  const fees = feesOf(allowed.fee, currency, amount);
  const { debtorPartyId: partyId, debtorLedgerAccountId: debit } = allowed;
  const [particulars, counter, usage, free] = await Promise.all([
    sealParticulars(context.vault, partyId, { remittanceInformation }),
    counterOf(context, currency, call),
    usageOf(context, allowed, { currency, type: 'cash_withdrawal' }, call),
    freeUseOf(context, allowed.fee, debtorAccountId, fees),
  ]);
  const { ledgerAccountId: credit, tillId } = counter;
  const income = bankAccount('fee_income', currency);
  return {
    tillId,
    tillKind: 'withdrawal',
    usage,
    free,
    order: newOrder({ type: 'cash_withdrawal', debtorAccountId, partyId, currency, amount, fees, particulars }),
    journal: {
      kind: JournalKind.WITHDRAWAL,
      legs: legsOf({ debit, credit, currency, amount }, { payer: debit, income, fees }),
    },
  };
}
