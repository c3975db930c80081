import { newId } from '#chassis/id.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { VaultDirection } from '#gen/bank/transaction/v1/till_pb.ts';
import { type MoveVaultCashRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { bankAccount, vaultAccount } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import type { Booking } from '../domain/words.ts';
import { bookingDateOf, type CashIntent, postCash } from '../tills.ts';

type Intent = Omit<CashIntent, 'tillId'>;

/** Moves cash between the vault of a branch and the cash that the bank has at none. */
export function moveVaultCash(context: Context): Rpcs<typeof TransactionService>['moveVaultCash'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, async () => prepare(request));
}

function prepare(request: MoveVaultCashRequest): Intent {
  const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const [vault, cash] = [vaultAccount(request.branchId, currency), bankAccount('cash', currency)];
  const isIn = request.direction === VaultDirection.IN;
  const legs = legsOf({ debit: isIn ? vault : cash, credit: isIn ? cash : vault, currency, amount });
  return { journalId: newId('jnl'), currency, legs };
}

type Method = typeof TransactionService.method.moveVaultCash;

function steps(context: Context): OrderSteps<Method, Intent, Intent, Pick<Booking, 'bookingDate'>> {
  return {
    method: TransactionService.method.moveVaultCash,
    plan: async (_tx, intent) => intent,
    carryOut: (intent, options) => postCash(context, intent, options),
    async settle(tx, { journalId }, outcome) {
      tx.record({ resourceIds: [journalId], partyId: '' });
      return { journalId, bookingDate: bookingDateOf(outcome) ?? '' };
    },
  };
}
