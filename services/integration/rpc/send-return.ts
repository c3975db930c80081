import type { Rpcs } from '#chassis/serve.ts';
import {
  IntegrationService as Contract,
  type IntegrationService,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { returnMessage } from '../domain/scheme-messages.ts';
import { OUTBOUND_CONTEXT, sealText, written } from '../scheme-keeping.ts';
import { insertOutbound, selectInbound } from '../scheme-tables.ts';

/** Keeps the return of a payment that came in until the scheme has taken it. */
export function sendReturn(context: Context): Rpcs<typeof IntegrationService>['sendReturn'] {
  const { commands, config, database, vault } = context;
  return (request, call) => {
    const { suspenseItemId: id, externalReference, isoReason, returnDate: date } = request;
    return commands.run(Contract.method.sendReturn, request, call, {
      prepare: async () => {
        const [original] = await database.query(selectInbound(externalReference));
        if (!original) throw refuse('PAYMENT_NOT_RECEIVED');
        const making = { time: new Date().toISOString(), bic: config.BANK_BIC };
        const message = returnMessage({ ...original, id, date, isoReason }, making);
        return sealText(vault, id, OUTBOUND_CONTEXT, await written(context, message));
      },
      decide: async (tx, content) => {
        await tx.execute(insertOutbound({ id, name: 'pacs.004.001.10', content }));
        tx.record({ resourceIds: [id], partyId: '' });
        return {};
      },
    });
  };
}
