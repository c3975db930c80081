// Between the rows of webhooks and the messages of the contract; and what of a webhook is sealed under the key of whose it is.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Owners } from '#chassis/access.ts';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Vault } from '#chassis/sealing.ts';
import {
  type WebhookDeliverySchema,
  WebhookDeliveryState,
  WebhookDisableReason,
  type WebhookSchema,
  WebhookState,
} from '#gen/bank/notification/v1/webhook_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { sealedIn } from './delivery-tables.ts';
import { refuse } from './domain/refusals.ts';
import { type Hearer, isWebhookUrl, mayHear } from './domain/webhooks.ts';
import type { WebhookDeliveryRow } from './webhook-delivery-tables.ts';
import { lockWebhook, selectWebhookParties, type WebhookRow } from './webhook-tables.ts';

const ENDPOINT_CONTEXT = 'notification.webhook';

/** Where events are sent, and how they are signed. */
export interface Endpoint {
  readonly url: string;
  readonly description: string;
  /** The newest last. One that is followed by another is good until its time, in milliseconds since the epoch. */
  readonly secrets: readonly { readonly secret: string; readonly untilMs?: number }[];
}

/** Seals an endpoint under the key of whose it is. */
export function sealEndpoint(vault: Vault, partyId: string, endpoint: Endpoint): Promise<Sealed> {
  return vault.seal(partyId, ENDPOINT_CONTEXT, Buffer.from(JSON.stringify(endpoint)));
}

/** Opens an endpoint; undefined once the data of whose it is were erased. */
export async function openEndpoint(vault: Vault, sealed: Sealed): Promise<Endpoint | undefined> {
  const opened = await vault.open(sealed, ENDPOINT_CONTEXT);
  return opened && (JSON.parse(opened.toString()) as Endpoint);
}

/** The secrets that are good now, the newest last. */
export function secretsNow({ secrets }: Endpoint, nowMs: number): string[] {
  return secrets.filter(({ untilMs = Number.POSITIVE_INFINITY }) => untilMs > nowMs).map(({ secret }) => secret);
}

/** Whose webhooks are: of one that is not theirs, customers and partners learn nothing. */
export function webhookOwners({ database }: Pick<Context, 'database'>): Owners {
  return {
    WEBHOOK: async (ids, _access, principal) => {
      const found = await database.query(selectWebhookParties(ids));
      const own = new Set(found.flatMap((row) => (row.partyId === principal.partyId ? row.webhookId : [])));
      if (ids.some((id) => !own.has(id))) throw refuse('WEBHOOK_NOT_FOUND');
    },
    PARTY: async (ids, _access, principal) => {
      if (ids.some((id) => id !== principal.partyId)) throw refuse('PARTY_NOT_FOUND');
    },
  };
}

/** Whoever calls to have webhooks of their own. */
export function principalOf({ principal }: Call): Actor {
  if (!principal) throw new Error('webhooks are for somebody');
  return principal;
}

/** Whoever calls, a customer or a partner, as the contract's grants name them. */
export function hearerOf({ audience, scopes }: Actor): Hearer {
  return { audience: audience === Audience.PARTNER ? 'PARTNER' : 'CHANNEL', scopes };
}

/** Refuses what the caller may not hear of. */
export function checkTypes(types: readonly string[], call: Call): void {
  const hearer = hearerOf(principalOf(call));
  const other = types.find((type) => !mayHear(type, hearer));
  if (other !== undefined) throw refuse('EVENT_TYPE_NOT_ALLOWED', { event_type: other });
}

/** Refuses what is no URL for a webhook, and one that leads where none may. */
export async function checkUrl({ config, findAddresses }: Context, url: string): Promise<void> {
  if (!isWebhookUrl(url, config.BANK_ENVIRONMENT === 'development')) throw refuse('URL_INVALID');
  if (!(await findAddresses(new URL(url).hostname))) throw refuse('ADDRESS_REFUSED');
}

/** A webhook that is locked, with its endpoint. Refuses WEBHOOK_NOT_FOUND. */
export async function lockOpened(
  { vault }: Pick<Context, 'vault'>,
  tx: CommandTx,
  webhookId: string,
): Promise<{ row: WebhookRow; endpoint: Endpoint }> {
  const [row] = await tx.query(lockWebhook(webhookId));
  const endpoint = row && (await openEndpoint(vault, sealedIn(row.endpoint)));
  if (!endpoint) throw refuse('WEBHOOK_NOT_FOUND');
  return { row, endpoint };
}

/** Records what became of a webhook: all but its secrets. */
export function recordWebhook(
  tx: CommandTx,
  row: WebhookRow,
  before: Endpoint | undefined,
  after: Endpoint | undefined,
) {
  const shown = (endpoint: Endpoint | undefined) =>
    endpoint && { url: endpoint.url, description: endpoint.description, eventTypes: [...row.eventTypes] };
  tx.record({
    resourceIds: [row.webhookId],
    partyId: row.partyId,
    ...(before && { before: shown(before) ?? {} }),
    ...(after && { after: shown(after) ?? {} }),
  });
}

const REASONS: Readonly<Record<WebhookRow['disableReason'], WebhookDisableReason>> = {
  '': WebhookDisableReason.UNSPECIFIED,
  failing: WebhookDisableReason.FAILING,
  gone: WebhookDisableReason.GONE,
  erased: WebhookDisableReason.ERASED,
};

/** The message of a webhook. */
export function webhookMessage(
  row: WebhookRow,
  endpoint: Endpoint | undefined,
): MessageInitShape<typeof WebhookSchema> {
  const untilMs = endpoint?.secrets.find((one) => one.untilMs !== undefined)?.untilMs ?? 0;
  return {
    webhookId: row.webhookId,
    partyId: row.partyId,
    url: endpoint?.url ?? '',
    description: endpoint?.description ?? '',
    eventTypes: [...row.eventTypes],
    state: row.state === 'active' ? WebhookState.ACTIVE : WebhookState.DISABLED,
    disableReason: REASONS[row.disableReason],
    ...(row.disableMs !== null && { disableTime: timestampFromMs(row.disableMs) }),
    ...(row.failingMs !== null && { failingTime: timestampFromMs(row.failingMs) }),
    ...(untilMs > Date.now() && { previousSecretExpireTime: timestampFromMs(untilMs) }),
    etag: String(row.version),
    createTime: timestampFromMs(row.createMs),
  };
}

const STATES: Readonly<Record<WebhookDeliveryRow['state'], WebhookDeliveryState>> = {
  waiting: WebhookDeliveryState.WAITING,
  retrying: WebhookDeliveryState.RETRYING,
  delivered: WebhookDeliveryState.DELIVERED,
  dead: WebhookDeliveryState.DEAD,
  held: WebhookDeliveryState.HELD,
};

/** The state as it is stored; undefined for none. */
export function deliveryStateWord(state: WebhookDeliveryState): WebhookDeliveryRow['state'] | undefined {
  return (Object.keys(STATES) as WebhookDeliveryRow['state'][]).find((word) => STATES[word] === state);
}

/** The message of a delivery. */
export function webhookDeliveryMessage(row: WebhookDeliveryRow): MessageInitShape<typeof WebhookDeliverySchema> {
  return {
    eventId: row.eventId,
    eventType: row.eventType,
    occurTime: timestampFromMs(row.occurMs),
    state: STATES[row.state],
    attemptCount: row.attempts,
    ...(row.nextMs !== null && { nextTime: timestampFromMs(row.nextMs) }),
    ...(row.deliverMs !== null && { deliverTime: timestampFromMs(row.deliverMs) }),
    failure: row.failure,
  };
}
