import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import { type DeliverySchema, DeliveryState } from '#gen/bank/notification/v1/notification_pb.ts';
import {
  ListDeliveriesRequestSchema,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { COPY_CONTEXT } from '../delivering.ts';
import { type DeliveryRow, sealedIn, selectDeliveries } from '../delivery-tables.ts';
import { topicMessage } from '../inbox.ts';
import { channelMessage } from '../preferences.ts';

const STATES: Readonly<Record<DeliveryRow['state'], DeliveryState>> = {
  waiting: DeliveryState.WAITING,
  retrying: DeliveryState.RETRYING,
  sent: DeliveryState.SENT,
  dead: DeliveryState.DEAD,
};

/** Lists a customer's deliveries, newest first. */
export function listDeliveries(context: Context): Rpcs<typeof NotificationService>['listDeliveries'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListDeliveriesRequestSchema, request);
    const rows = await database.query(selectDeliveries(request.customerId, after, size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const position = rows.length > page.length && last ? [String(last.number), last.channel] : undefined;
    return {
      deliveries: await Promise.all(page.map((row) => deliveryMessage(context, row))),
      nextPageToken: position ? pages.next(ListDeliveriesRequestSchema, request, position) : '',
    };
  };
}

async function deliveryMessage({ vault }: Context, row: DeliveryRow): Promise<MessageInitShape<typeof DeliverySchema>> {
  const copy = row.copy ? await vault.open(sealedIn(row.copy), COPY_CONTEXT) : undefined;
  return {
    noticeNumber: row.number,
    channel: channelMessage(row.channel),
    template: row.template,
    topic: topicMessage(row.topic),
    state: STATES[row.state],
    attemptCount: row.attempts,
    createTime: timestampFromMs(row.createMs),
    ...(row.nextMs !== null && { nextTime: timestampFromMs(row.nextMs) }),
    ...(row.sendMs !== null && { sendTime: timestampFromMs(row.sendMs) }),
    provider: row.provider,
    failure: row.failure,
    ...(copy && (JSON.parse(copy.toString()) as { address: string; subject: string; body: string })),
  };
}
