// Sends what is due, by ways other than the inbox. A delivery is a row with a lease: whoever is killed while sending leaves it to
// be sent again, with the same key. Where it goes is asked of customer when it is sent, and sealed with what was sent.
import type { Client } from '#chassis/call.ts';
import { Refusal } from '#chassis/errors.ts';
import { repeat } from '#chassis/repeat.ts';
import { ContactKind } from '#gen/bank/customer/v1/customer_pb.ts';
import type { CustomerContacts, CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { addressHash, insertBounced, keyOf, newBounces, selectBounced } from './bounces.ts';
import type { Context } from './context.ts';
import {
  type DueRow,
  markEnded,
  markFailed,
  markSent,
  postpone,
  sealedIn,
  selectGathered,
  takeDue,
} from './delivery-tables.ts';
import { endable, type Preferences } from './domain/preferences.ts';
import { quietUntil } from './domain/quiet-hours.ts';
import { pauseAfter } from './domain/retrying.ts';
import type { Channel, Text } from './domain/words.ts';
import { selectConsent } from './news-tables.ts';
import { NotTaken } from './providers.ts';
import { insertNotices } from './tables.ts';
import { unsubscribeAddress } from './unsubscribing.ts';
import { writtenOut, writtenTogether } from './writing.ts';

const EVERY_MS = 1_000;
/** Longer than the slowest provider, tried one after the other, takes to fail. */
const LEASE_MS = 120_000;
const TAKEN_MAX = 50;
export const COPY_CONTEXT = 'notification.copy';
/** The context in which security seals a code for a new password. */
const CODE_CONTEXT = 'security.password-reset';
/** What no address has, and a mail server would read as more than one, or as a line of its own. */
const NO_ADDRESS = /[\p{Cc}\s,;:<>()[\]\\"]/u;

/** Begins to send. Answers how to stop. */
export function startDelivering(context: Context): () => Promise<void> {
  if (context.ways.open.length === 0) return async () => {};
  return repeat(EVERY_MS, () => deliverDue(context), context.log, 'what is due could not be sent');
}

/** Sends all that is due now. */
export async function deliverDue(context: Context): Promise<void> {
  for (;;) {
    const due = await context.database.query(takeDue(TAKEN_MAX, LEASE_MS));
    if (due.length === 0) return;
    const contacts = await contactsOf(context.customer, due);
    const known = { contacts, bounced: await bouncedOf(context, due), unwilling: await unwillingOf(context, due) };
    await Promise.all(due.map((row) => deliver(context, row, known)));
  }
}

/** By customer, how they can be reached; undefined while customer does not tell. */
async function contactsOf(
  client: Pick<Client<typeof CustomerService>, 'getContacts'>,
  due: readonly DueRow[],
): Promise<ReadonlyMap<string, CustomerContacts> | undefined> {
  try {
    const { customers } = await client.getContacts({ customerIds: [...new Set(due.map(({ partyId }) => partyId))] });
    return new Map(customers.map((one) => [one.customerId, one]));
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** The addresses of theirs that are not written to, as keyOf names them. */
async function bouncedOf({ database }: Context, due: readonly DueRow[]): Promise<ReadonlySet<string>> {
  const rows = await database.query(selectBounced([...new Set(due.map(({ partyId }) => partyId))]));
  return new Set(rows.map(keyOf));
}

/** What is known of how customers can be reached. */
interface Known {
  readonly contacts: ReadonlyMap<string, CustomerContacts> | undefined;
  readonly bounced: ReadonlySet<string>;
  /** Who wants no news of products; undefined while customer does not tell. */
  readonly unwilling: ReadonlySet<string> | undefined;
}

/** Who of those that may be told news now wants none; undefined while customer does not tell. */
async function unwillingOf({ unwilling }: Context, due: readonly DueRow[]): Promise<Known['unwilling']> {
  const asked = due.filter(({ topic, digest }) => digest || topic === 'product_news');
  if (asked.length === 0) return new Set();
  return unwilling(asked.map(({ partyId }) => partyId)).catch((error: unknown) => {
    if (error instanceof Refusal) return undefined;
    throw error;
  });
}

async function deliver(context: Context, row: DueRow, { contacts, bounced, unwilling }: Known): Promise<void> {
  let to: Destination | undefined;
  try {
    const preferences = await context.preferences(row.partyId);
    const until = row.topic === 'security' ? undefined : quietUntil(Temporal.Now.instant(), preferences);
    if (until) {
      await context.database.query(postpone(row, new Date(until.epochMilliseconds)));
      return;
    }
    if (!contacts) throw new NotTaken('CUSTOMER_UNAVAILABLE', 'again');
    to = destinationOf(context, row, contacts.get(row.partyId), bounced);
    if (to.isBounced) throw new NotTaken('ADDRESS_BOUNCED', 'dead');
    const { address, hash } = to;
    const { code, consentTime, unsubscribe, ...written } = await messageOf(context, row, preferences, unwilling);
    const provider = await context.ways.send(row.channel, { key: row.key, to: address, ...written, unsubscribe });
    const copy = code ? undefined : await sealCopy(context, row.partyId, { address, ...written });
    await context.database.query(markSent(row, { provider, copy, consentTime, addressHash: hash }));
  } catch (error) {
    const why = error instanceof NotTaken ? error : new NotTaken('FAILED', 'again', { cause: error });
    await failed(context, row, why, to?.hash);
  }
}

/** What a delivery says, and how it may say so. */
interface Message extends Text {
  readonly code?: string;
  readonly consentTime?: Date | undefined;
  readonly unsubscribe?: string | undefined;
}

/** What a delivery says: its notice, or all that was gathered with it. News only to who consents to them now. */
async function messageOf(
  context: Context,
  row: DueRow,
  preferences: Preferences,
  unwilling: Known['unwilling'],
): Promise<Message> {
  const gathered = row.digest ? await context.database.query(selectGathered(row)) : [row];
  const hasNews = gathered.some(({ topic }) => topic === 'product_news');
  if (hasNews && !unwilling) throw new NotTaken('CUSTOMER_UNAVAILABLE', 'again');
  const consentTime = hasNews && !unwilling?.has(row.partyId) ? await consentOf(context, row) : undefined;
  const told = gathered.filter(({ topic }) => topic !== 'product_news' || consentTime);
  const [first, ...others] = told;
  if (!first) throw new NotTaken('CONSENT_WITHDRAWN', 'dead');
  const topic = endable(
    told.map((one) => one.topic),
    row.channel,
  );
  const unsubscribe = topic && unsubscribeAddress(context, row.key, topic);
  if (others.length > 0) return { ...(await writtenTogether(context, told, preferences)), consentTime, unsubscribe };
  const { code, template } = await secretOf(context, row);
  const enclosed = { ...(code && { code }), ...(hasNews && { unsubscribe: unsubscribe ?? '' }) };
  const [text] = await writtenOut(context, [{ ...first, ...(code && { template }) }], preferences, enclosed);
  return { ...(text ?? { subject: '', body: '' }), ...(code && { code }), consentTime, unsubscribe };
}

/** When the consent was given that holds now; undefined when there is none. */
async function consentOf({ database }: Context, { partyId, channel }: DueRow): Promise<Date | undefined> {
  const [consent] = await database.query(selectConsent(partyId, channel));
  return consent?.given ? consent.time : undefined;
}

async function failed(context: Context, row: DueRow, why: NotTaken, hash: Buffer | undefined): Promise<void> {
  const { database, log } = context;
  const { word, outcome, cause } = why;
  const pauseMs = outcome === 'again' ? pauseAfter(row.attempts) : undefined;
  const about = { channel: row.channel, attempts: row.attempts, failure: word };
  if (pauseMs === undefined) log.warn(about, 'a delivery is given up');
  else if (cause !== undefined) log.warn({ ...about, err: cause }, 'a delivery failed');
  const ended = outcome === 'again' ? 'dead' : outcome;
  if (pauseMs !== undefined) {
    await database.query(markFailed(row, word, pauseMs));
    return;
  }
  const { partyId, channel } = row;
  await database.transaction(async (tx) => {
    await tx.query(markEnded(row, ended, word, hash));
    if (!why.isForGood || !hash) return;
    const { fresh, notices } = await newBounces(context, tx, [{ partyId, channel, addressHash: hash }]);
    if (fresh.length > 0) await tx.query(insertBounced(fresh));
    if (notices.length > 0) await tx.query(insertNotices(notices));
  });
}

/** Where a delivery goes. */
interface Destination {
  readonly address: string;
  readonly hash: Buffer | undefined;
  /** It is not written to: it does not work. */
  readonly isBounced: boolean;
}

/** Where a delivery goes: the first address of its kind that works. The providers of push messages know customers by their ids. */
function destinationOf(
  context: Context,
  { channel, partyId }: DueRow,
  known: CustomerContacts | undefined,
  bounced: ReadonlySet<string>,
): Destination {
  if (!known) throw new NotTaken('CUSTOMER_UNKNOWN', 'dead');
  if (channel === 'push') return { address: partyId, hash: undefined, isBounced: false };
  const kinds: Readonly<Record<Exclude<Channel, 'push'>, ContactKind>> = {
    email: ContactKind.EMAIL,
    sms: ContactKind.PHONE,
  };
  const all = known.contacts.flatMap(({ kind, value: address }) => {
    if (kind !== kinds[channel]) return [];
    const hash = addressHash(context, channel, address);
    return { address, hash, isBounced: bounced.has(keyOf({ partyId, channel, addressHash: hash })) };
  });
  const found = all.find(({ isBounced }) => !isBounced) ?? all[0];
  if (!found) throw new NotTaken('NO_ADDRESS', 'dead');
  if (NO_ADDRESS.test(found.address)) throw new NotTaken('ADDRESS_INVALID', 'dead');
  return found;
}

/** The code that goes with a notice, and the template that has a place for it. */
async function secretOf({ vault }: Context, row: DueRow): Promise<{ code?: string; template: string }> {
  if (!row.secret) return { template: row.template };
  if ((row.facts.expireMs ?? 0) <= Date.now()) throw new NotTaken('CODE_EXPIRED', 'dead');
  const code = await vault.open(sealedIn(row.secret), CODE_CONTEXT);
  if (!code) throw new NotTaken('CUSTOMER_ERASED', 'dead');
  return { code: code.toString(), template: 'password-reset-code' };
}

function sealCopy({ vault }: Context, partyId: string, copy: { address: string; subject: string; body: string }) {
  return vault.seal(partyId, COPY_CONTEXT, Buffer.from(JSON.stringify(copy)));
}
