import type { Call } from '#chassis/call-context.ts';
import { newId } from '#chassis/id.ts';
import { fromPositiveMoney, toDecimal } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import { patiently } from '#chassis/patience.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { TillDifferenceReason } from '#gen/bank/transaction/v1/till_pb.ts';
import { type CloseTillRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { bankAccount, drawerAccount, vaultAccount } from '../domain/bank-accounts.ts';
import { refuse } from '../domain/refusals.ts';
import { type ClosingAccounts, checkSolo, closingLegs, countedOf } from '../domain/tills.ts';
import type { Booking } from '../domain/words.ts';
import { type Count, closeTillRow, countTill, settleTillEntries } from '../till-tables.ts';
import {
  answeredTill,
  bookingDateOf,
  type CashIntent,
  enter,
  isApproved,
  lockedTill,
  postCash,
  tillFor,
} from '../tills.ts';

/** What a customer was answered a moment ago is settled within this. */
const BUSY_MS = 5_000;

interface Planned {
  readonly tillId: string;
  readonly journalId: string;
  readonly currency: string;
  readonly accounts: ClosingAccounts;
  readonly counted: bigint;
  readonly counts: Count['counts'];
  readonly reason: string | null;
  readonly approved: boolean;
}

/** Counts a till and closes it. */
export function closeTill(context: Context): Rpcs<typeof TransactionService>['closeTill'] {
  const order = context.orders.define(steps(context));
  return (request, call) => {
    const work = () => order.run(request, call, () => prepare(context, request, call));
    return patiently(call, 'TILL_BUSY', work, BUSY_MS);
  };
}

async function prepare(context: Context, request: CloseTillRequest, call: Call): Promise<Planned> {
  const { tillSolo } = context;
  const { id: tillId, currency, branchId, drawerNumber } = await tillFor(context, request.tillId, call);
  const counted = countedOf(request.counts, currency);
  const approved = isApproved(call);
  checkSolo({ currency, minor: counted }, tillSolo, approved);
  const accounts = {
    till: drawerAccount(branchId, drawerNumber, currency),
    vault: vaultAccount(branchId, currency),
    difference: bankAccount('cash_over_short', currency),
  };
  const counts = request.counts.map(({ denomination, count }) => {
    const { minor } = fromPositiveMoney(denomination ?? { currencyCode: '', amount: '' });
    return [String(minor), count] as const;
  });
  const reason = Object.entries(TillDifferenceReason).find(([, value]) => value === request.differenceReason)?.[0];
  return {
    tillId,
    journalId: newId('jnl'),
    currency,
    accounts,
    counted,
    counts,
    reason: request.differenceReason === TillDifferenceReason.UNSPECIFIED ? null : (reason?.toLowerCase() ?? null),
    approved,
  };
}

type Method = typeof TransactionService.method.closeTill;

function steps(context: Context): OrderSteps<Method, Planned, CashIntent, Pick<Booking, 'bookingDate'>> {
  return {
    method: TransactionService.method.closeTill,
    async plan(tx, { tillId, journalId, currency, accounts, counted, counts, reason, approved }) {
      const till = await lockedTill(tx, tillId);
      if (till.state !== 'open') throw refuse('TILL_NOT_OPEN');
      if (till.pending > 0) throw refuse('TILL_BUSY');
      const difference = counted - BigInt(till.balance);
      const differs = { currency, minor: difference };
      if (difference !== 0n && reason === null) throw refuse('TILL_DIFFERS', { difference: toDecimal(differs) });
      checkSolo(differs, context.tillSolo, approved);
      const differenceReason = difference === 0n ? null : reason;
      const count = { counted: String(counted), counts, difference: String(difference), differenceReason };
      await tx.execute(countTill(tillId, count));
      const entry = { tillId, journalId, transactionId: null };
      await enter(tx, { ...entry, kind: 'difference', amount: String(difference) });
      await enter(tx, { ...entry, kind: 'to_vault', amount: String(-counted) });
      return { tillId, journalId, currency, legs: closingLegs(accounts, { currency, counted, difference }) };
    },
    carryOut: (intent, options) => postCash(context, intent, options),
    async settle(tx, { tillId, journalId }, outcome) {
      const bookingDate = bookingDateOf(outcome);
      // What is in the till is in its ledger account, and the vault takes any amount.
      if (bookingDate === null) throw new Error(`${tillId} could not be emptied`);
      await tx.execute(settleTillEntries(journalId, bookingDate));
      await tx.execute(closeTillRow(tillId, bookingDate));
      return answeredTill(tx, tillId);
    },
  };
}
