import type { Call } from '#chassis/call-context.ts';
import { newId } from '#chassis/id.ts';
import { fromMoney, refuseMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type OpenTillRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { drawerAccount, vaultAccount } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import { refuse } from '../domain/refusals.ts';
import { checkSolo } from '../domain/tills.ts';
import type { Booking } from '../domain/words.ts';
import { insertTill, lockOpenings, type NewTill, openTillRow, selectTaken, settleTillEntries } from '../till-tables.ts';
import { answeredTill, bookingDateOf, type CashIntent, enter, isApproved, postCash } from '../tills.ts';

interface Planned {
  readonly till: NewTill;
  readonly cash: CashIntent;
}

/** Opens a till for a teller, with a float out of the vault. */
export function openTill(context: Context): Rpcs<typeof TransactionService>['openTill'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare({ tillSolo }: Context, request: OpenTillRequest, call: Call): Promise<Planned> {
  const float = fromMoney(request.float ?? { currencyCode: '', amount: '' });
  if (float.minor < 0n) throw refuseMoney('AMOUNT_NOT_POSITIVE');
  const { branchId, drawerNumber } = request;
  const { currency, minor: amount } = float;
  const own = call.principal?.partyId ?? '';
  const tellerId = request.tellerId || own;
  if (tellerId !== own && !isApproved(call)) throw refuse('TILL_OF_ANOTHER');
  checkSolo(float, tillSolo, isApproved(call));
  const debit = drawerAccount(branchId, drawerNumber, currency);
  const credit = vaultAccount(branchId, currency);
  const id = newId('til');
  const legs = amount === 0n ? [] : legsOf({ debit, credit, currency, amount });
  return {
    till: { id, branchId, drawerNumber, tellerId, currency, float: String(amount), createTime: Date.now() },
    cash: { tillId: id, journalId: newId('jnl'), currency, legs },
  };
}

type Method = typeof TransactionService.method.openTill;

function steps(context: Context): OrderSteps<Method, Planned, CashIntent, Pick<Booking, 'bookingDate'>> {
  return {
    method: TransactionService.method.openTill,
    async plan(tx, { till, cash }) {
      await tx.query(lockOpenings);
      if ((await tx.query(selectTaken(till))).length > 0) throw refuse('TILL_EXISTS');
      await tx.execute(insertTill(till));
      const { tillId, journalId } = cash;
      await enter(tx, { tillId, kind: 'float', amount: till.float, journalId, transactionId: null });
      return cash;
    },
    carryOut: (intent, options) => postCash(context, intent, options),
    async settle(tx, { tillId, journalId }, outcome) {
      const bookingDate = bookingDateOf(outcome);
      await tx.execute(settleTillEntries(journalId, bookingDate));
      await tx.execute(openTillRow(tillId, bookingDate));
      return answeredTill(tx, tillId);
    },
  };
}
