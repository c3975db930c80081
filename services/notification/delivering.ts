// Sends what is due, by ways other than the inbox. A delivery is a row with a lease: whoever is killed while sending leaves it to
// be sent again, with the same key. Where it goes is asked of customer when it is sent, and sealed with what was sent.
import type { Client } from '#chassis/call.ts';
import { Refusal } from '#chassis/errors.ts';
import { repeat } from '#chassis/repeat.ts';
import { ContactKind } from '#gen/bank/customer/v1/customer_pb.ts';
import type { CustomerContacts, CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
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
import type { Preferences } from './domain/preferences.ts';
import { quietUntil } from './domain/quiet-hours.ts';
import { pauseAfter } from './domain/retrying.ts';
import type { Channel, Text } from './domain/words.ts';
import { selectConsent } from './news-tables.ts';
import { NotTaken } from './providers.ts';
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
    await Promise.all(due.map((row) => deliver(context, row, contacts)));
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

async function deliver(
  context: Context,
  row: DueRow,
  contacts: ReadonlyMap<string, CustomerContacts> | undefined,
): Promise<void> {
  try {
    const preferences = await context.preferences(row.partyId);
    const until = row.topic === 'security' ? undefined : quietUntil(Temporal.Now.instant(), preferences);
    if (until) {
      await context.database.query(postpone(row, new Date(until.epochMilliseconds)));
      return;
    }
    if (!contacts) throw new NotTaken('CUSTOMER_UNAVAILABLE', 'again');
    const to = addressOf(row, contacts.get(row.partyId));
    const { code, consentTime, unsubscribe, ...written } = await messageOf(context, row, preferences);
    const provider = await context.ways.send(row.channel, { key: row.key, to, ...written, unsubscribe });
    const copy = code ? undefined : await sealCopy(context, row.partyId, { address: to, ...written });
    await context.database.query(markSent(row, { provider, copy, consentTime }));
  } catch (error) {
    await failed(context, row, error instanceof NotTaken ? error : new NotTaken('FAILED', 'again', { cause: error }));
  }
}

/** What a delivery says, and how it may say so. */
interface Message extends Text {
  readonly code?: string;
  readonly consentTime?: Date | undefined;
  readonly unsubscribe?: string | undefined;
}

/** What a delivery says: its notice, or all that was gathered with it. News only to who consents to them now. */
async function messageOf(context: Context, row: DueRow, preferences: Preferences): Promise<Message> {
  const gathered = row.digest ? await context.database.query(selectGathered(row)) : [row];
  const hasNews = gathered.some(({ topic }) => topic === 'product_news');
  const consentTime = hasNews ? await consentOf(context, row) : undefined;
  const told = gathered.filter(({ topic }) => topic !== 'product_news' || consentTime);
  const [first, ...others] = told;
  if (!first) throw new NotTaken('CONSENT_WITHDRAWN', 'dead');
  if (others.length > 0) return { ...(await writtenTogether(context, told, preferences)), consentTime };
  const { code, template } = await secretOf(context, row);
  const unsubscribe = hasNews ? unsubscribeAddress(context, row.key) : undefined;
  const enclosed = { ...(code && { code }), ...(hasNews && { unsubscribe: unsubscribe ?? '' }) };
  const [text] = await writtenOut(context, [{ ...first, ...(code && { template }) }], preferences, enclosed);
  return { ...(text ?? { subject: '', body: '' }), ...(code && { code }), consentTime, unsubscribe };
}

/** When the consent was given that holds now; undefined when there is none. */
async function consentOf({ database }: Context, { partyId, channel }: DueRow): Promise<Date | undefined> {
  const [consent] = await database.query(selectConsent(partyId, channel));
  return consent?.given ? consent.time : undefined;
}

async function failed({ database, log }: Context, row: DueRow, { word, outcome, cause }: NotTaken): Promise<void> {
  const pauseMs = outcome === 'again' ? pauseAfter(row.attempts) : undefined;
  const about = { channel: row.channel, attempts: row.attempts, failure: word };
  if (pauseMs === undefined) log.warn(about, 'a delivery is given up');
  else if (cause !== undefined) log.warn({ ...about, err: cause }, 'a delivery failed');
  const ended = outcome === 'again' ? 'dead' : outcome;
  await database.query(pauseMs === undefined ? markEnded(row, ended, word) : markFailed(row, word, pauseMs));
}

/** Where a delivery goes: the first address of its kind. The providers of push messages know customers by their ids. */
function addressOf({ channel, partyId }: DueRow, known: CustomerContacts | undefined): string {
  if (!known) throw new NotTaken('CUSTOMER_UNKNOWN', 'dead');
  if (channel === 'push') return partyId;
  const kinds: Readonly<Record<Exclude<Channel, 'push'>, ContactKind>> = {
    email: ContactKind.EMAIL,
    sms: ContactKind.PHONE,
  };
  const address = known.contacts.find(({ kind }) => kind === kinds[channel])?.value;
  if (!address) throw new NotTaken('NO_ADDRESS', 'dead');
  if (NO_ADDRESS.test(address)) throw new NotTaken('ADDRESS_INVALID', 'dead');
  return address;
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
