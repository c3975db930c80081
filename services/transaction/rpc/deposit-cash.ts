import type { Call } from '#chassis/call-context.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type DepositCashRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { feesOf, freeUseOf } from '../charges.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import { transactionMessage } from '../messages.ts';
import { movementSteps, newOrder } from '../movement.ts';
import { sealParticulars } from '../particulars.ts';
import { type CounterMovement, counterOf, throughTill } from '../tills.ts';

/** Pays cash in over the counter. */
export function depositCash(context: Context): Rpcs<typeof TransactionService>['depositCash'] {
  const steps = movementSteps(context, TransactionService.method.depositCash, async (order) => ({
    transaction: await transactionMessage(context.vault, order),
  }));
  const order = context.orders.define(throughTill(steps));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: DepositCashRequest, call: Call): Promise<CounterMovement> {
  const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { remittanceInformation } = request;
  const allowed = await context.accounts.authorise(
    {
      operation: Operation.CASH_DEPOSIT,
      creditor: { case: 'creditorAccountId', value: request.creditorAccountId },
      amount: toMoney({ currency, minor: amount }),
    },
    call,
  );
  const fees = feesOf(allowed.fee, currency, amount);
  const { creditorAccountId, creditorPartyId: partyId, creditorLedgerAccountId: credit } = allowed;
  const [particulars, counter, free] = await Promise.all([
    sealParticulars(context.vault, partyId, { remittanceInformation }),
    counterOf(context, currency, call),
    freeUseOf(context, allowed.fee, creditorAccountId, fees),
  ]);
  const { ledgerAccountId: debit, tillId } = counter;
  const income = bankAccount('fee_income', currency);
  return {
    tillId,
    tillKind: 'deposit',
    free,
    order: newOrder({ type: 'cash_deposit', creditorAccountId, partyId, currency, amount, fees, particulars }),
    journal: {
      kind: JournalKind.DEPOSIT,
      legs: legsOf(
        { debit, credit, currency, amount, creditLimit: allowed.creditorBalanceLimit?.amount },
        { payer: credit, income, fees },
      ),
    },
  };
}
