// Payments to other banks: what of them is personal, how they are told, and the steps by which they are ordered and executed.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Onwards } from '#chassis/call.ts';
import type { CommandTx } from '#chassis/command.ts';
import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type PaymentOrderSchema, PaymentOrderState, RecallState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from './context.ts';
import { lifeOf, type ToldState } from './domain/payment.ts';
import { refuse } from './domain/refusals.ts';
import type { Booking, Order } from './domain/words.ts';
import { feeMessages } from './messages.ts';
import { type Movement, type MovementIntent, movementSteps } from './movement.ts';
import { openValue, sealValue } from './particulars.ts';
import { insertConfirmed } from './payee-tables.ts';
import { insertPayments, lockPayment, markExecuted, type NewPayment, type PaymentRow } from './payment-tables.ts';
import { readOrders } from './reading.ts';

/** What is personal about a payment. */
export interface PaymentParticulars {
  readonly creditorIban: string;
  readonly creditorName: string;
  readonly debtorIban: string;
  readonly remittanceInformation: string;
}

const CONTEXT = 'payment_order.particulars';

/** Seals what is personal about a payment under its payer's key: the bytes of a Sealed message, in base64. */
export async function sealPayment(vault: Vault, partyId: string, particulars: PaymentParticulars): Promise<string> {
  return (await sealValue(vault, partyId, CONTEXT, particulars)).toString('base64');
}

/** Opens it, or answers undefined once the payer's key was destroyed. */
export function openPayment(
  vault: Vault,
  { particulars }: Pick<NewPayment, 'particulars'>,
): Promise<PaymentParticulars | undefined> {
  return openValue<PaymentParticulars>(vault, CONTEXT, Buffer.from(particulars, 'base64'));
}

const STATES: Readonly<Record<ToldState, PaymentOrderState>> = {
  created: PaymentOrderState.CREATED,
  pending_signature: PaymentOrderState.PENDING_SIGNATURE,
  held_for_review: PaymentOrderState.HELD_FOR_REVIEW,
  accepted: PaymentOrderState.ACCEPTED,
  sent: PaymentOrderState.SENT,
  settled: PaymentOrderState.SETTLED,
  returned: PaymentOrderState.RETURNED,
  failed: PaymentOrderState.FAILED,
  cancelled: PaymentOrderState.CANCELLED,
};

type Recalled = Pick<PaymentRow, 'recallState' | 'recallReason' | 'recallAnswerReason' | 'recallTime'>;
type Told = NewPayment & Partial<Pick<PaymentRow, 'changes'> & Recalled>;

const RECALL_STATES = {
  requested: RecallState.REQUESTED,
  accepted: RecallState.ACCEPTED,
  refused: RecallState.REFUSED,
} as const;

/** That a payment is asked back; what has come back was given back, whoever says so first. */
function recallOf({ recallState, recallReason, recallAnswerReason, recallTime }: Partial<Recalled>, state: ToldState) {
  if (!recallState) return {};
  const isBack = state === 'returned' || state === 'cancelled';
  return {
    recall: {
      state: recallState === 'requested' && isBack ? RecallState.ACCEPTED : RECALL_STATES[recallState],
      isoReason: recallReason ?? '',
      answerIsoReason: recallAnswerReason ?? '',
      createTime: timestampFromMs(recallTime ?? 0),
    },
  };
}

/** The message of a payment, with what its transaction has seen, if it is there. */
export async function paymentMessage(
  vault: Vault,
  payment: Told,
  order: Order | undefined,
): Promise<MessageInitShape<typeof PaymentOrderSchema>> {
  const { id, currency, debtorAccountId, endToEndIdentification, scheme, executionDate, createTime } = payment;
  const opened = await openPayment(vault, payment);
  const life = lifeOf(createTime, order?.changes ?? [], payment.changes ?? []);
  const state = life.at(-1)?.state ?? 'created';
  return {
    paymentOrderId: id,
    state: STATES[state],
    ...recallOf(payment, state),
    debtorAccountId,
    creditorIban: opened?.creditorIban ?? '',
    creditorName: opened?.creditorName ?? '',
    amount: toMoney({ currency, minor: BigInt(payment.amount) }),
    fees: feeMessages({ currency, fees: payment.fees.map(BigInt) }),
    remittanceInformation: opened?.remittanceInformation ?? '',
    endToEndIdentification,
    scheme,
    executionDate,
    transactionId: transactionOf(payment),
    changes: life.map(({ state, time, reason, isoReason }) => {
      return { state: STATES[state], changeTime: timestampFromMs(time), reason, isoReason };
    }),
    createTime: timestampFromMs(createTime),
  };
}

/** The messages of payments as they are now. */
export async function readPaymentMessages(context: Context, payments: readonly PaymentRow[], on: Onwards) {
  const ids = payments.filter(({ executed }) => executed).map(transactionOf);
  const orders = await readOrders(context, ids, on);
  return Promise.all(payments.map((one) => paymentMessage(context.vault, one, orders.get(transactionOf(one)))));
}

/** The transaction that books a payment. */
export function transactionOf({ id }: Pick<NewPayment, 'id'>): string {
  return deriveId('txn', id);
}

/** The payment that a transaction books. */
export function paymentOf({ id }: Pick<Order, 'id'>): string {
  return deriveId('pmo', id);
}

/** A payment that is to wait for its execution date. */
export interface Deferred {
  readonly deferred: NewPayment;
  /** What whoever orders it had asked about its payee. */
  readonly confirmationId?: string | undefined;
}

type Method = typeof TransactionService.method.orderPayment;

/** The steps of a payment that is ordered, and of one that is executed later: both are the same command to everybody else. */
export function paymentSteps(
  context: Context,
): OrderSteps<Method, Movement | Deferred, MovementIntent | Deferred, Booking | null> {
  const { vault } = context;
  const method = TransactionService.method.orderPayment;
  const respond = async (order: Order | undefined, payment: NewPayment) => {
    return { paymentOrder: await paymentMessage(vault, payment, order) };
  };
  const steps = movementSteps(context, method, (order, { payment }) => respond(order, paymentIn(payment)));
  return {
    method,
    async plan(tx, planned) {
      if ('deferred' in planned) {
        const { deferred, confirmationId } = planned;
        tx.write(insertPayments, deferred);
        if (confirmationId) tx.write(insertConfirmed, { transactionId: transactionOf(deferred), confirmationId });
        return { deferred };
      }
      const { id } = paymentIn(planned.payment);
      const waited = await checkExecutable(tx, id);
      const intent = await steps.plan(tx, planned);
      // Written once nothing refuses it any more: what its day has no room for is never executed, and fails.
      if (waited) await tx.execute(markExecuted(id, paymentIn(intent.payment).fees));
      return intent;
    },
    carryOut: async (intent, options) => ('deferred' in intent ? null : steps.carryOut(intent, options)),
    async answer(intent, booking) {
      if ('deferred' in intent) return respond(undefined, intent.deferred);
      return (await steps.answer?.(intent, booking)) ?? {};
    },
    async settle(tx, intent, outcome) {
      if (!('deferred' in intent)) return steps.settle(tx, intent, outcome);
      const { id, debtorAccountId, partyId } = intent.deferred;
      tx.record({ resourceIds: [id, debtorAccountId], partyId });
      return respond(undefined, intent.deferred);
    },
  };
}

function paymentIn(payment: NewPayment | undefined): NewPayment {
  if (!payment) throw new Error('a payment was ordered without one');
  return payment;
}

/** Whether it waited for its day; what waited and is executed now is not cancelled from here on. */
async function checkExecutable(tx: CommandTx, id: string): Promise<boolean> {
  const [waiting] = await tx.query(lockPayment(id));
  if (!waiting) return false;
  if (waiting.state !== 'created' || waiting.executed) throw refuse('PAYMENT_ORDER_NOT_CANCELLABLE');
  return true;
}
