import type { Call } from '#chassis/call-context.ts';
import { newId } from '#chassis/id.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { VaultDirection } from '#gen/bank/transaction/v1/till_pb.ts';
import { type MoveTillCashRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { drawerAccount, vaultAccount } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import { refuse } from '../domain/refusals.ts';
import { checkSolo } from '../domain/tills.ts';
import type { Booking } from '../domain/words.ts';
import { settleTillEntries } from '../till-tables.ts';
import {
  answeredTill,
  bookingDateOf,
  type CashIntent,
  enter,
  isApproved,
  openTillIn,
  postCash,
  tillFor,
} from '../tills.ts';

interface Planned {
  /** What comes into the till; negative for what goes out of it. */
  readonly amount: bigint;
  readonly cash: CashIntent;
}

/** Moves cash between a till and the vault of its branch. */
export function moveTillCash(context: Context): Rpcs<typeof TransactionService>['moveTillCash'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: MoveTillCashRequest, call: Call): Promise<Planned> {
  const asked = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { currency, minor: amount } = asked;
  const { id: tillId, ...row } = await tillFor(context, request.tillId, call);
  if (row.currency !== currency) throw refuse('CURRENCY_MISMATCH');
  checkSolo(asked, context.tillSolo, isApproved(call));
  const till = drawerAccount(row.branchId, row.drawerNumber, currency);
  const vault = vaultAccount(row.branchId, currency);
  const isIn = request.direction === VaultDirection.IN;
  const legs = legsOf({ debit: isIn ? vault : till, credit: isIn ? till : vault, currency, amount });
  return { amount: isIn ? -amount : amount, cash: { tillId, journalId: newId('jnl'), currency, legs } };
}

type Method = typeof TransactionService.method.moveTillCash;

function steps(context: Context): OrderSteps<Method, Planned, CashIntent, Pick<Booking, 'bookingDate'>> {
  return {
    method: TransactionService.method.moveTillCash,
    async plan(tx, { amount, cash }) {
      const { tillId, journalId } = cash;
      await openTillIn(tx, tillId, amount);
      const kind = amount < 0n ? 'to_vault' : 'from_vault';
      await enter(tx, { tillId, kind, amount: String(amount), journalId, transactionId: null });
      return cash;
    },
    carryOut: (intent, options) => postCash(context, intent, options),
    async settle(tx, { tillId, journalId }, outcome) {
      await tx.execute(settleTillEntries(journalId, bookingDateOf(outcome)));
      return answeredTill(tx, tillId);
    },
  };
}
