import type { Rpcs } from '#chassis/serve.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { returnMessage } from '../domain/scheme-messages.ts';
import { selectInboundRecall, settleInboundRecall } from '../recall-tables.ts';
import { OUTBOUND_CONTEXT, sealText, written } from '../scheme-keeping.ts';
import { insertOutbound, selectInbound } from '../scheme-tables.ts';

/** ISO's code of a payment that goes back because it was asked back. */
const FOLLOWING_RECALL = 'FOCR';

/** Keeps the answer to a recall until the scheme has it, and with it the money, where it comes from an account. */
export function sendRecallAnswer(context: Context): Rpcs<typeof IntegrationService>['sendRecallAnswer'] {
  const { commands, config, database, vault } = context;
  return (request, call) => {
    const { externalReference, receivedRecallId: id, accepted, isoReason, returnDate: date } = request;
    return commands.run(IntegrationService.method.sendRecallAnswer, request, call, {
      prepare: async () => {
        const [recall] = await database.query(selectInboundRecall(externalReference));
        const [original] = recall ? await database.query(selectInbound(recall.inboundPaymentId)) : [];
        if (!original) throw refuse('RECALL_NOT_RECEIVED');
        if (!accepted || date === '') return undefined;
        const making = { time: new Date().toISOString(), bic: config.BANK_BIC };
        const message = returnMessage({ ...original, id, date, isoReason: FOLLOWING_RECALL }, making);
        return sealText(vault, id, OUTBOUND_CONTEXT, await written(context, message));
      },
      decide: async (tx, content) => {
        if (content) await tx.execute(insertOutbound({ id, name: 'pacs.004.001.10', content }));
        await tx.execute(settleInboundRecall(externalReference, accepted ? 'accepted' : 'refused', isoReason));
        tx.record({ resourceIds: [id], partyId: '' });
        return {};
      },
    });
  };
}
