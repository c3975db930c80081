import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { lockPayment } from '../payment-tables.ts';
import { answerRecall } from '../recall-tables.ts';

/** Takes in what the other bank answers to a recall. Its money comes, if it does, as a return. */
export function reportRecall({ commands }: Context): Rpcs<typeof TransactionService>['reportRecall'] {
  return (request, call) =>
    commands.run(TransactionService.method.reportRecall, request, call, {
      decide: async (tx) => {
        const { paymentOrderId, accepted, isoReason } = request;
        const [payment] = await tx.query(lockPayment(paymentOrderId));
        if (!payment) throw refuse('PAYMENT_ORDER_NOT_FOUND');
        if (payment.recallState === null) throw refuse('PAYMENT_REPORT_CONFLICTS');
        await tx.execute(answerRecall(paymentOrderId, accepted, isoReason));
        tx.record({ resourceIds: [paymentOrderId, payment.debtorAccountId], partyId: '' });
        return {};
      },
    });
}
