// Between the row of a delivery and the message of the contract.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type DeliverySchema, DeliveryState } from '#gen/bank/notification/v1/notification_pb.ts';
import type { Context } from './context.ts';
import { COPY_CONTEXT } from './delivering.ts';
import type { DeliveryRow, ShownState } from './delivery-log.ts';
import { sealedIn } from './delivery-tables.ts';
import { topicMessage } from './inbox.ts';
import { channelMessage } from './preferences.ts';

const STATES: Readonly<Record<ShownState, DeliveryState>> = {
  waiting: DeliveryState.WAITING,
  retrying: DeliveryState.RETRYING,
  sent: DeliveryState.SENT,
  dead: DeliveryState.DEAD,
  delivered: DeliveryState.DELIVERED,
  bounced: DeliveryState.BOUNCED,
  failed: DeliveryState.FAILED,
};

/** The message of a delivery, with what was sent, as long as its key is there. */
export async function deliveryMessage(
  { vault }: Context,
  row: DeliveryRow,
): Promise<MessageInitShape<typeof DeliverySchema>> {
  const copy = row.copy ? await vault.open(sealedIn(row.copy), COPY_CONTEXT) : undefined;
  const { nextMs, sendMs, receiptMs, consentMs } = row;
  return {
    customerId: row.partyId,
    noticeNumber: row.number,
    channel: channelMessage(row.channel),
    template: row.template,
    topic: topicMessage(row.topic),
    state: STATES[row.state],
    attemptCount: row.attempts,
    createTime: timestampFromMs(row.createMs),
    ...(nextMs !== null && { nextTime: timestampFromMs(nextMs) }),
    ...(sendMs !== null && { sendTime: timestampFromMs(sendMs) }),
    ...(receiptMs !== null && { receiptTime: timestampFromMs(receiptMs) }),
    ...(consentMs !== null && { consentTime: timestampFromMs(consentMs) }),
    sentWithNumber: row.leadNumber ?? 0,
    provider: row.provider,
    failure: row.failure,
    ...(copy && (JSON.parse(copy.toString()) as { address: string; subject: string; body: string })),
  };
}
