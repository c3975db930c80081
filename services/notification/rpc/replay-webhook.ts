import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
  type ReplayWebhookRequest,
  ReplayWebhookRequestSchema,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { replayDeliveries, selectToReplay, selectWebhookDelivery } from '../webhook-delivery-tables.ts';
import { lockOpened, recordWebhook } from '../webhooks.ts';

const REPLAYED_MAX = 1_000;

/** Sends events to a webhook anew: one, or those from a time on. */
export function replayWebhook(context: Context): Rpcs<typeof NotificationService>['replayWebhook'] {
  return (request, call) => {
    const after = context.pages.read(ReplayWebhookRequestSchema, contentOf(request)).after;
    return context.commands.run(Contract.method.replayWebhook, request, call, {
      decide: async (tx) => {
        const { row, endpoint } = await lockOpened(context, tx, request.webhookId);
        if (row.state === 'disabled') throw refuse('WEBHOOK_DISABLED');
        const { what } = request;
        const { eventIds, last } =
          what.case === 'eventId'
            ? await one(tx, row.webhookId, what.value)
            : await from(tx, request, { fromMs: what.value ? timestampMs(what.value) : 0, after });
        await tx.execute(replayDeliveries(row.webhookId, eventIds));
        recordWebhook(tx, row, undefined, endpoint);
        const next = last && context.pages.next(ReplayWebhookRequestSchema, contentOf(request), last);
        return { eventCount: eventIds.length, nextPageToken: next ?? '' };
      },
    });
  };
}

/** The request as far as a page token is bound to it. */
function contentOf(request: ReplayWebhookRequest): ReplayWebhookRequest {
  return { ...request, requestId: '', validateOnly: false };
}

interface Replayed {
  readonly eventIds: readonly string[];
  /** Where to go on, if that was not all. */
  readonly last?: readonly string[] | undefined;
}

async function one(tx: CommandTx, webhookId: string, eventId: string): Promise<Replayed> {
  const [delivery] = await tx.query(selectWebhookDelivery(webhookId, eventId));
  if (!delivery) throw refuse('DELIVERY_NOT_FOUND');
  return { eventIds: [eventId] };
}

async function from(
  tx: CommandTx,
  { webhookId, pageSize }: ReplayWebhookRequest,
  where: { fromMs: number; after: readonly string[] | undefined },
): Promise<Replayed> {
  const size = pageSize === 0 ? REPLAYED_MAX : pageSize;
  const found = await tx.query(selectToReplay(webhookId, { ...where, limit: size + 1 }));
  const page = found.slice(0, size);
  const last = page.at(-1);
  return {
    eventIds: page.map(({ eventId }) => eventId),
    last: found.length > page.length && last ? [last.occurTime, last.eventId] : undefined,
  };
}
