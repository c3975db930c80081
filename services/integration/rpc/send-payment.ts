import type { Rpcs } from '#chassis/serve.ts';
import {
  IntegrationService as Contract,
  type IntegrationService,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { paymentMessage } from '../domain/scheme-messages.ts';
import { OUTBOUND_CONTEXT, sealText, written } from '../scheme-keeping.ts';
import { insertOutbound } from '../scheme-tables.ts';

/** Keeps a payment until it is known what the scheme made of it. The message is written here, once, and sent as it is. */
export function sendPayment(context: Context): Rpcs<typeof IntegrationService>['sendPayment'] {
  const { commands, config, vault } = context;
  return (request, call) => {
    const { paymentOrderId: id, amount, debtorPartyId } = request;
    return commands.run(Contract.method.sendPayment, request, call, {
      prepare: async () => {
        const { debtorIban, creditorIban, creditorName, endToEndIdentification, scheme } = request;
        const { executionDate: date, remittanceInformation: text } = request;
        const money = { currency: amount?.currencyCode ?? '', amount: amount?.amount ?? '' };
        const people = { debtorIban, creditorIban, creditorName, text };
        const payment = { id, endToEndIdentification, scheme, date, ...money, ...people };
        const message = paymentMessage(payment, { time: new Date().toISOString(), bic: config.BANK_BIC });
        return sealText(vault, debtorPartyId, OUTBOUND_CONTEXT, await written(context, message));
      },
      decide: async (tx, content) => {
        await tx.execute(insertOutbound({ id, name: 'pacs.008.001.09', content }));
        tx.record({ resourceIds: [id], partyId: debtorPartyId });
        return {};
      },
    });
  };
}
