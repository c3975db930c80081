import { fromBinary } from '@bufbuild/protobuf';
import { deriveId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { readMessage } from '#rules/iso20022/reader.ts';
import type { Context } from '../context.ts';
import { recallMessage } from '../domain/recall-messages.ts';
import { refuse } from '../domain/refusals.ts';
import { insertRecall, lockOutbound, withdrawOutbound } from '../recall-tables.ts';
import { OUTBOUND_CONTEXT, sealText, written } from '../scheme-keeping.ts';

/** Keeps the recall of a payment until it is answered; where the payment was never sent, it is not any more. */
export function sendRecall(context: Context): Rpcs<typeof IntegrationService>['sendRecall'] {
  const { commands, config, database, vault } = context;
  return (request, call) => {
    const { paymentOrderId, isoReason } = request;
    return commands.run(IntegrationService.method.sendRecall, request, call, {
      prepare: async () => {
        const [payment] = await database.query(lockOutbound(paymentOrderId));
        if (!payment) throw refuse('PAYMENT_NOT_SENT');
        const opened = await vault.open(fromBinary(SealedSchema, payment.content), OUTBOUND_CONTEXT);
        if (!opened) throw new Error(`the message ${paymentOrderId} is erased`);
        const message = readMessage(opened);
        if (message.name !== 'pacs.008.001.09') throw refuse('PAYMENT_NOT_SENT');
        const id = deriveId('rcl', paymentOrderId);
        const making = { time: new Date().toISOString(), bic: config.BANK_BIC };
        const recall = recallMessage({ id, isoReason }, message.content, making);
        return { id, content: await sealText(vault, id, OUTBOUND_CONTEXT, await written(context, recall)) };
      },
      decide: async (tx, { id, content }) => {
        const [payment] = await tx.query(lockOutbound(paymentOrderId));
        if (!payment) throw refuse('PAYMENT_NOT_SENT');
        const { state, attempts } = payment;
        if (state === 'queued' && attempts === 0) await tx.execute(withdrawOutbound(paymentOrderId));
        // What has come to nothing is told as that.
        else if (state === 'queued' || state === 'sent' || state === 'settled') {
          await tx.execute(insertRecall({ id, originalId: paymentOrderId, content }));
        }
        tx.record({ resourceIds: [paymentOrderId], partyId: '' });
        return {};
      },
    });
  };
}
