// From the orders of the transaction service to the messages of its contract.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import {
  type Transaction,
  type TransactionFee,
  TransactionFeeSchema,
  TransactionSchema,
  TransactionState,
  TransactionType,
} from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { Order, State, Type } from './domain/words.ts';
import { openParticulars } from './particulars.ts';
import type { OrderRow } from './tables.ts';

const TYPES: Readonly<Record<Type, TransactionType>> = {
  cash_deposit: TransactionType.CASH_DEPOSIT,
  cash_withdrawal: TransactionType.CASH_WITHDRAWAL,
  transfer: TransactionType.TRANSFER,
  outgoing_transfer: TransactionType.OUTGOING_TRANSFER,
  incoming_transfer: TransactionType.INCOMING_TRANSFER,
  cheque_payment: TransactionType.CHEQUE_PAYMENT,
  cheque_deposit: TransactionType.CHEQUE_DEPOSIT,
  reversal: TransactionType.REVERSAL,
  migration: TransactionType.MIGRATION,
  card_payment: TransactionType.CARD_PAYMENT,
};

const STATES: Readonly<Record<State, TransactionState>> = {
  pending: TransactionState.PENDING,
  posted: TransactionState.POSTED,
  awaiting_signatures: TransactionState.AWAITING_SIGNATURES,
  under_review: TransactionState.UNDER_REVIEW,
  refused: TransactionState.REFUSED,
  partially_reversed: TransactionState.PARTIALLY_REVERSED,
  reversed: TransactionState.REVERSED,
};

/** The message of an order, with its personal texts opened. */
export async function transactionMessage(vault: Vault, order: OrderRow): Promise<Transaction> {
  const { currency } = order;
  const began = { state: TransactionState.PENDING, changeTime: timestampFromMs(order.createTime), reason: '' };
  return create(TransactionSchema, {
    ...(await openParticulars(vault, order.particulars)),
    transactionId: order.id,
    type: typeMessage(order.type),
    state: STATES[order.state],
    debtorAccountId: order.debtorAccountId ?? '',
    creditorAccountId: order.creditorAccountId ?? '',
    amount: toMoney({ currency, minor: order.amount }),
    fees: feeMessages(order),
    bookingDate: order.bookingDate ?? '',
    valueDate: order.valueDate ?? '',
    journalId: order.journalId,
    reversedTransactionId: order.reversedId ?? '',
    ...(order.reversedAmount > 0n && { reversedAmount: toMoney({ currency, minor: order.reversedAmount }) }),
    externalReference: order.externalReference ?? '',
    holdId: order.holdId ?? '',
    signatureRequestId: signatureRequestOf(order),
    stateChanges: [
      began,
      ...order.changes.map(({ state, time, reason }) => ({
        state: STATES[state],
        changeTime: timestampFromMs(time),
        reason,
      })),
    ],
    createTime: timestampFromMs(order.createTime),
  });
}

/** The request for signatures that an order waits, or waited, for; its id follows from the order's. */
export function signatureRequestOf({ id, changes }: Pick<Order, 'id' | 'changes'>): string {
  return changes.some(({ state }) => state === 'awaiting_signatures') ? deriveId('sgr', id) : '';
}

/** The kind of an order as the contract writes it. */
export function typeMessage(type: Type): TransactionType {
  return TYPES[type];
}

/** The fees of an order. */
export function feeMessages({ currency, fees }: Pick<Order, 'currency' | 'fees'>): TransactionFee[] {
  return fees.map((minor) => create(TransactionFeeSchema, { amount: toMoney({ currency, minor }) }));
}

/** A state as it is stored. */
export function stateFrom(state: TransactionState): State {
  const found = (Object.keys(STATES) as State[]).find((name) => STATES[name] === state);
  if (!found) throw new Error(`transaction state ${state} is unknown`);
  return found;
}
