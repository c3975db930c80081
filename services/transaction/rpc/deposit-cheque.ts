import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import { newId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type DepositChequeRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import {
  changeChequeDeposit,
  insertChequeDeposit,
  lockCheque,
  type NewChequeDeposit,
  selectChequeDeposit,
  selectPresented,
} from '../cheque-tables.ts';
import {
  type ChequeMovement,
  chequeDepositMessage,
  payingCheque,
  payOut,
  type ReadPaper,
  readPaper,
  sealDrawer,
} from '../cheques.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { clearDate, PENDING_DAYS } from '../domain/cheques.ts';
import { refuse } from '../domain/refusals.ts';
import type { Booking } from '../domain/words.ts';
import { actorOfJournal } from '../journal-messages.ts';
import { transactionMessage } from '../messages.ts';
import { type MovementIntent, movementSteps } from '../movement.ts';

const DAY_MS = 86_400_000;

/** A cheque of another bank: its row, and the two sides of the money that is pending. */
interface Deposit {
  readonly deposit: NewChequeDeposit;
  readonly debitLedgerAccountId: string;
  readonly creditLedgerAccountId: string;
  /** Until when it is pending at most, whatever the clearing does; milliseconds since the epoch. */
  readonly expireTime: number;
}

/** Pays a cheque in to an account. */
export function depositCheque(context: Context): Rpcs<typeof TransactionService>['depositCheque'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: DepositChequeRequest, call: Call): Promise<ChequeMovement | Deposit> {
  const { creditorAccountId } = request;
  // It comes first, and what is another branch's is answered as what is not there.
  if (!(await context.accounts.seen([creditorAccountId], call)).has(creditorAccountId))
    throw refuse('ACCOUNT_NOT_FOUND');
  const paper = await readPaper(context, request);
  if (!paper.isOurs) return intoClearing(context, request, paper, call);
  return payOut(context, request, paper, { kind: JournalKind.TRANSFER, creditorAccountId }, call);
}

async function intoClearing(
  { accounts, clock, config, vault }: Context,
  { creditorAccountId, number }: DepositChequeRequest,
  { drawerIban, amount, date: chequeDate }: ReadPaper,
  call: Call,
): Promise<Deposit> {
  const creditor = { case: 'creditorAccountId' as const, value: creditorAccountId };
  const asked = { operation: Operation.CHEQUE_DEPOSIT, creditor, amount: toMoney(amount) };
  const { currency, minor } = amount;
  const {
    creditorPartyId: partyId,
    creditorLedgerAccountId,
    creditorBalanceLimit,
  } = await accounts.authorise(asked, call);
  // More than may ever be on the account could never be cleared to it; how much is there by then, ReportChequeDeposit is held against.
  if (creditorBalanceLimit && minor > fromMoney(creditorBalanceLimit).minor) throw refuse('CEILING_EXCEEDED');
  const cutOff = Temporal.PlainTime.from(config.CHEQUE_CUT_OFF);
  const time = await clock.read();
  const day = clearDate(cutOff, { ...time, timeZone: config.BANK_TIME_ZONE });
  const deposit = {
    id: newId('chd'),
    creditorAccountId,
    partyId,
    currency,
    amount: String(minor),
    number,
    drawerHash: vault.hash('cheque.drawer', drawerIban).toString('base64'),
    particulars: await sealDrawer(vault, partyId, drawerIban),
    chequeDate,
    clearDate: day.toString(),
    holdId: newId('hld'),
    createTime: Date.now(),
  };
  const debitLedgerAccountId = bankAccount('clearing', currency);
  // By the bank's own clock, which in a sandbox may be set.
  const today = time.openDate.toZonedDateTime('UTC').epochMilliseconds;
  const expireTime = Math.max(today, deposit.createTime) + PENDING_DAYS * DAY_MS;
  return { deposit, debitLedgerAccountId, creditLedgerAccountId: creditorLedgerAccountId, expireTime };
}

type Method = typeof TransactionService.method.depositCheque;
type Intent = (MovementIntent & { readonly number: number }) | Deposit;

/** One of ours is answered when it is settled, as those of others are. */
function steps(context: Context): OrderSteps<Method, ChequeMovement | Deposit, Intent, Booking | null> {
  const method = TransactionService.method.depositCheque;
  const base = payingCheque(
    context,
    movementSteps(context, method, async (order) => ({
      result: { case: 'transaction' as const, value: await transactionMessage(context.vault, order) },
    })),
  );
  return {
    method,
    async plan(tx, planned) {
      if (!('deposit' in planned)) return base.plan(tx, planned);
      const { drawerHash, number } = planned.deposit;
      await tx.query(lockCheque(drawerHash, number));
      const known = await tx.query(selectPresented(drawerHash, number));
      if (known.length > 0) throw refuse('CHEQUE_PRESENTED_TWICE');
      await tx.execute(insertChequeDeposit(planned.deposit));
      return planned;
    },
    async carryOut(intent, options) {
      if (!('deposit' in intent)) return base.carryOut(intent, options);
      const { validateOnly, deadline, call } = options;
      const { deposit, expireTime, ...sides } = intent;
      const { holdId, currency, amount } = deposit;
      const terms = { holdId, amount: toMoney({ currency, minor: BigInt(amount) }), kind: JournalKind.TRANSFER };
      const asked = { ...terms, ...sides, expireTime: timestampFromMs(expireTime), ...actorOfJournal(call) };
      await context.ledger.placeHold(asked, { validateOnly, deadline, trace: call.trace });
      return null;
    },
    async settle(tx, intent, outcome) {
      if (!('deposit' in intent)) return base.settle(tx, intent, outcome);
      const { id, creditorAccountId, partyId } = intent.deposit;
      await tx.execute(changeChequeDeposit(id, 'refusal' in outcome ? 'refused' : 'in_clearing'));
      const [row] = await tx.query(selectChequeDeposit(id));
      if (!row) throw new Error(`${id} is gone`);
      tx.record({ resourceIds: [id, creditorAccountId], partyId });
      return { result: { case: 'chequeDeposit', value: await chequeDepositMessage(context.vault, row) } };
    },
  };
}
