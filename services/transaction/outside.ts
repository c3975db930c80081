// What this service asks integration: to send payments to other banks, to send back what came from them, and
// to ask back, and answer who does.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client, Onwards } from '#chassis/call.ts';
import type {
  IntegrationService,
  SendPaymentRequestSchema,
  SendRecallAnswerRequestSchema,
  SendRecallRequestSchema,
  SendReturnRequestSchema,
} from '#gen/bank/integration/v1/integration_service_pb.ts';

/** Integration, as far as payments need it. Every call can be made again: the same is sent once. */
export interface Outside {
  send(payment: MessageInitShape<typeof SendPaymentRequestSchema>, on: Onwards): Promise<void>;
  sendBack(payment: MessageInitShape<typeof SendReturnRequestSchema>, on: Onwards): Promise<void>;
  askBack(recall: MessageInitShape<typeof SendRecallRequestSchema>, on: Onwards): Promise<void>;
  answerRecall(answer: MessageInitShape<typeof SendRecallAnswerRequestSchema>, on: Onwards): Promise<void>;
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
    async askBack(recall, on) {
      await client.sendRecall(recall, on);
    },
    async answerRecall(answer, on) {
      await client.sendRecallAnswer(answer, on);
    },
  };
}
