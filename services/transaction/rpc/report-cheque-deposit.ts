import type { Call } from '#chassis/call-context.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import { type OrderSteps, outcomeOf } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { ChequeDepositState } from '#gen/bank/transaction/v1/cheque_pb.ts';
import {
  type ReportChequeDepositRequest,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { OUTSIDER } from '../accounts.ts';
import {
  type ChequeDepositRow,
  changeChequeDeposit,
  lockChequeDeposit,
  selectChequeDeposit,
} from '../cheque-tables.ts';
import { chequeDepositMessage } from '../cheques.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import type { Booking } from '../domain/words.ts';
import { actorOfJournal } from '../journal-messages.ts';
import { type Movement, type MovementIntent, movementSteps, newOrder } from '../movement.ts';

interface Planned {
  readonly id: string;
  /** Empty for a cheque that is cleared. */
  readonly isoReason: string;
  readonly movement: Movement;
}

interface Intent {
  readonly id: string;
  readonly isoReason: string;
  readonly holdId: string;
  /** Absent for a cheque that is sent back. */
  readonly movement?: MovementIntent;
}

/** Says what became of a cheque of another bank. */
export function reportChequeDeposit(context: Context): Rpcs<typeof TransactionService>['reportChequeDeposit'] {
  const order = context.orders.define(chequeReportSteps(context));
  return (request, call) => order.run(request, call, () => prepareChequeReport(context, request, call));
}

/** Why a hold cannot be let go: it is gone. */
const GONE = ['HOLD_EXPIRED', 'HOLD_RELEASED'];

/** What an order needs that says so. */
export async function prepareChequeReport(
  { accounts, database, vault }: Context,
  { chequeDepositId: id, state, isoReason }: ReportChequeDepositRequest,
  call: Call,
): Promise<Planned> {
  if ((state === ChequeDepositState.RETURNED) !== (isoReason !== '')) throw refuse('ISO_REASON_REQUIRED');
  const [row] = await database.query(selectChequeDeposit(id));
  if (!row) throw refuse('CHEQUE_DEPOSIT_NOT_FOUND');
  await vault.ready(row.partyId);
  const limit = isoReason === '' ? await balanceLimitOf(accounts, row, call) : undefined;
  return { id, isoReason, movement: clearing(row, limit) };
}

/** How much may be on the account, by what the bank has verified of its owners now. Whether it takes anything, the ledger says. */
async function balanceLimitOf(accounts: Context['accounts'], row: ChequeDepositRow, call: Call) {
  const creditor = { case: 'creditorAccountId' as const, value: row.creditorAccountId };
  const amount = toMoney({ currency: row.currency, minor: BigInt(row.amount) });
  const asked = { operation: Operation.INCOMING_TRANSFER, creditor, amount };
  const decided = await outcomeOf(() => accounts.authorise(asked, { ...call, principal: OUTSIDER }));
  return 'value' in decided ? decided.value.creditorBalanceLimit : undefined;
}

/** What books a cheque that is cleared: all that is pending of it, from its clear date on. */
function clearing(row: ChequeDepositRow, limit: Money | undefined): Movement {
  const { currency, creditorAccountId, partyId, holdId, clearDate: valueDate } = row;
  const amount = BigInt(row.amount);
  const balanceLimit = limit && { balanceLimit: toMoney(fromMoney(limit)) };
  const captures = { holdId, amount: toMoney({ currency, minor: amount }), final: true, ...balanceLimit };
  const terms = { creditorAccountId, partyId, currency, amount, particulars: null };
  return {
    order: newOrder({ type: 'cheque_deposit', ...terms }),
    journal: { kind: JournalKind.TRANSFER, legs: [], captures, valueDate },
  };
}

type Method = typeof TransactionService.method.reportChequeDeposit;

/** The steps of what is said of a cheque. */
export function chequeReportSteps(context: Context): OrderSteps<Method, Planned, Intent, Booking | null> {
  const { ledger, vault } = context;
  const method = TransactionService.method.reportChequeDeposit;
  const base = movementSteps(context, method, async () => ({}));
  return {
    method,
    async plan(tx, { id, isoReason, movement }) {
      const [row] = await tx.query(lockChequeDeposit(id));
      if (row?.state !== 'in_clearing') throw refuse('CHEQUE_DEPOSIT_NOT_IN_CLEARING');
      const planned = isoReason === '' ? { movement: await base.plan(tx, movement) } : {};
      await tx.execute(changeChequeDeposit(id, 'pending'));
      return { id, isoReason, holdId: row.holdId, ...planned };
    },
    async carryOut({ id, holdId, movement }, options) {
      if (movement) return base.carryOut(movement, options);
      const { validateOnly, deadline, call } = options;
      const asked = { requestId: id, holdId, ...actorOfJournal(call) };
      const gone = await outcomeOf(() => ledger.releaseHold(asked, { validateOnly, deadline, trace: call.trace }));
      if ('refusal' in gone && !GONE.includes(gone.refusal.reason)) throw gone.refusal;
      return null;
    },
    async settle(tx, { id, isoReason, movement }, outcome) {
      if (movement) await base.settle(tx, movement, outcome);
      const decided = movement
        ? changeChequeDeposit(id, 'cleared', { transactionId: movement.order.id })
        : changeChequeDeposit(id, 'returned', { isoReason });
      // What the account takes not, stays in clearing: it is decided when it does.
      await tx.execute('refusal' in outcome ? changeChequeDeposit(id, 'in_clearing') : decided);
      const [row] = await tx.query(selectChequeDeposit(id));
      if (!row) throw new Error(`${id} is gone`);
      if (!movement) tx.record({ resourceIds: [id, row.creditorAccountId], partyId: row.partyId });
      return { chequeDeposit: await chequeDepositMessage(vault, row) };
    },
  };
}
