// What this service does about the events of others: it publishes none but the records of its commands. A payment to another bank that dies before it
// leaves this one is never sent, so nothing but an event says so; the report of the file that it came in with does then.
import { deriveId } from '#chassis/id.ts';
import { on, type Subscription } from '#chassis/subscription.ts';
import {
  PaymentOrderCancelledSchema,
  PaymentOrderFailedSchema,
  TransactionRefusedSchema,
} from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { insertUnsent } from './tables.ts';

export const subscriptions: readonly Subscription[] = [
  {
    producer: 'transaction',
    handlers: [
      on(PaymentOrderFailedSchema, (tx, { paymentOrderId, reason }) =>
        tx.execute(insertUnsent(paymentOrderId, 'failed', reason)),
      ),
      on(PaymentOrderCancelledSchema, (tx, { paymentOrderId }) =>
        tx.execute(insertUnsent(paymentOrderId, 'withdrawn', 'CANCELLED')),
      ),
      on(TransactionRefusedSchema, async (tx, { transactionId, type, reason }) => {
        // The payment order that it would have booked.
        const paymentOrderId = deriveId('pmo', transactionId);
        if (type === TransactionType.OUTGOING_TRANSFER)
          await tx.execute(insertUnsent(paymentOrderId, 'failed', reason));
      }),
    ],
  },
];
