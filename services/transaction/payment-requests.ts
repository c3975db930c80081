// What the RPCs of payment requests share, how a transfer pays one, and how they expire.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Call, ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { DayStep } from '#chassis/day-steps.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type PaymentRequestSchema, PaymentRequestState } from '#gen/bank/transaction/v1/payment_request_pb.ts';
import { PaymentRequestEndedSchema, PaymentRequestedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionService, type TransferFundsRequest } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import { type RequestState, type ToldRequestState, toldState } from './domain/payment-requests.ts';
import { refuse } from './domain/refusals.ts';
import { openParticulars } from './particulars.ts';
import {
  countExpiredOn,
  endRequest,
  lockRequest,
  markPaying,
  type RequestRow,
  selectOverdue,
  selectRequests,
} from './payment-request-tables.ts';

const STATES: Readonly<Record<ToldRequestState, PaymentRequestState>> = {
  open: PaymentRequestState.OPEN,
  paying: PaymentRequestState.PAYING,
  paid: PaymentRequestState.PAID,
  declined: PaymentRequestState.DECLINED,
  cancelled: PaymentRequestState.CANCELLED,
  expired: PaymentRequestState.EXPIRED,
};

const stateOf = (row: RequestRow) => toldState(row.state, row.transactionId, row.transactionState);

/** The message of one. */
export async function requestMessage(
  vault: Vault,
  row: RequestRow,
): Promise<MessageInitShape<typeof PaymentRequestSchema>> {
  const { remittanceInformation } = await openParticulars(vault, row.particulars);
  const { creditorAccountId, debtorAccountId, currency, expireDate } = row;
  return {
    paymentRequestId: row.id,
    state: STATES[stateOf(row)],
    creditorAccountId,
    debtorAccountId,
    amount: toMoney({ currency, minor: BigInt(row.amount) }),
    remittanceInformation,
    expireDate,
    transactionId: row.transactionId ?? '',
    createTime: timestampFromMs(row.createMs),
  };
}

/** Says that a payment is asked for. */
export function publishRequested(tx: CommandTx, row: RequestRow): void {
  tx.publish(PaymentRequestedSchema, { ...told(row), expireDate: row.expireDate }, { id: row.id, sequence: 1 });
}

function told({ id: paymentRequestId, debtorAccountId, creditorAccountId, currency, amount }: RequestRow) {
  const money = toMoney({ currency, minor: BigInt(amount) });
  return { paymentRequestId, debtorAccountId, creditorAccountId, amount: money };
}

/** Ends one under its lock, and tells both sides. Refuses PAYMENT_REQUEST_NOT_FOUND and PAYMENT_REQUEST_NOT_OPEN. */
async function endIn(tx: CommandTx, id: string, state: Exclude<RequestState, 'open'>): Promise<RequestRow> {
  const row = await lockOpen(tx, id);
  await tx.execute(endRequest(id, state));
  tx.publish(PaymentRequestEndedSchema, { ...told(row), state: STATES[state] }, { id, sequence: 2 });
  tx.record({ resourceIds: [id, row.creditorAccountId, row.debtorAccountId], partyId: row.partyId });
  return { ...row, state };
}

async function lockOpen(tx: Pick<CommandTx, 'query'>, id: string): Promise<RequestRow> {
  const [row] = await tx.query(lockRequest(id));
  if (!row) throw refuse('PAYMENT_REQUEST_NOT_FOUND');
  const state = stateOf(row);
  if (state !== 'open') throw refuse('PAYMENT_REQUEST_NOT_OPEN', { state: state.toUpperCase() });
  return row;
}

const SIDES = {
  declined: { reason: 'DEBTOR_REQUIRED', accountOf: (row: RequestRow) => row.debtorAccountId },
  cancelled: { reason: 'CREDITOR_REQUIRED', accountOf: (row: RequestRow) => row.creditorAccountId },
} as const;

/** The steps by which a side of one ends it: who was asked declines it, who asked takes it back. */
export function ending(context: Context, state: keyof typeof SIDES, id: string, call: Call) {
  const { accounts, database, vault } = context;
  const { reason, accountOf } = SIDES[state];
  return {
    prepare: async () => {
      const [row] = await database.query(selectRequests([id]));
      if (!row) return;
      const seen = await accounts.seen([accountOf(row)], call);
      if (!seen.has(accountOf(row))) throw refuse(reason);
      await vault.ready(row.partyId);
    },
    decide: async (tx: CommandTx) => {
      const row = await endIn(tx, id, state);
      return { paymentRequest: await requestMessage(vault, row) };
    },
  };
}

/** A transfer that pays a request, with what the request says. Refuses PAYMENT_REQUEST_NOT_FOUND, _NOT_OPEN and _DIFFERS. */
export async function asRequested(
  { accounts, database, vault }: Context,
  request: TransferFundsRequest,
  call: Call,
): Promise<{ readonly request: TransferFundsRequest; readonly paymentRequestId?: string }> {
  if (request.creditor.case !== 'paymentRequestId') return { request };
  const id = request.creditor.value;
  const [row] = await database.query(selectRequests([id]));
  // Of what is not there account is asked too: so it takes as long as what is foreign.
  const seen = await accounts.seen([row?.debtorAccountId ?? id], call);
  if (!row || !seen.has(row.debtorAccountId)) throw refuse('PAYMENT_REQUEST_NOT_FOUND');
  const { currency, minor } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  if (currency !== row.currency || String(minor) !== row.amount) throw refuse('PAYMENT_REQUEST_DIFFERS');
  const { remittanceInformation: text } = await openParticulars(vault, row.particulars);
  const creditor = { case: 'creditorAccountId' as const, value: row.creditorAccountId };
  const remittanceInformation = request.remittanceInformation || text;
  return { request: { ...request, creditor, remittanceInformation }, paymentRequestId: id };
}

/** Checks, under its lock, that a request can be paid, before its transfer is written. */
export async function checkPayable(tx: Pick<CommandTx, 'query'>, id: string): Promise<void> {
  await lockOpen(tx, id);
}

/** Writes by which transfer a request is being paid: nobody else pays it from here on. */
export async function pay(tx: Pick<CommandTx, 'execute'>, id: string, transactionId: string): Promise<void> {
  await tx.execute(markPaying(id, transactionId));
}

const AT_ONCE = 100;

/** Makes the step of the end of a day by which requests expire. What a transfer still may pay is looked at on the next day. */
export function expiringRequests({ commands, database, log, vault }: Context): DayStep {
  const method = TransactionService.method.cancelPaymentRequest;
  async function expire(id: string, businessDate: string): Promise<void> {
    // A key of the day: that one is being paid is remembered under it, and may be over on the next.
    const request = create(method.input, { requestId: ownKey(`expire/${id}/${businessDate}`), paymentRequestId: id });
    const [row] = await database.query(selectRequests([id]));
    if (row) await vault.ready(row.partyId);
    try {
      await commands.run(method, request, ownCall('transaction', log), {
        decide: async (tx) => ({ paymentRequest: await requestMessage(vault, await endIn(tx, id, 'expired')) }),
      });
    } catch (error) {
      // Somebody was quicker.
      if (!(error instanceof Refusal && isDecision(error))) throw error;
    }
  }
  return {
    name: 'expire-payment-requests',
    position: 75,
    async take(businessDate) {
      // What could not be ended is passed, and holds up none of those behind it.
      for (let after: string | undefined = ''; after !== undefined; ) {
        const due: { id: string }[] = await database.query(selectOverdue(businessDate, after, AT_ONCE));
        for (const { id } of due) await expire(id, businessDate);
        after = due.at(-1)?.id;
      }
      const [expired] = await database.query(countExpiredOn(businessDate));
      return { doneCount: expired?.count ?? 0, setAsideCount: 0 };
    },
  };
}
