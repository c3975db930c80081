// What this service asks integration: to send payments to other banks, and to send back what came from them.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client, Onwards } from '#chassis/call.ts';
import type {
  IntegrationService,
  SendPaymentRequestSchema,
  SendReturnRequestSchema,
} from '#gen/bank/integration/v1/integration_service_pb.ts';

/** Integration, as far as payments need it. Both calls can be made again: the same is sent once. */
export interface Outside {
  send(payment: MessageInitShape<typeof SendPaymentRequestSchema>, on: Onwards): Promise<void>;
  sendBack(payment: MessageInitShape<typeof SendReturnRequestSchema>, on: Onwards): Promise<void>;
}

/** Makes the port to integration. */
export function outsideOf(client: Client<typeof IntegrationService>): Outside {
  return {
    async send(payment, on) {
      await client.sendPayment(payment, on);
    },
    async sendBack(payment, on) {
      await client.sendReturn(payment, on);
    },
  };
}
