// Sends what is due, by ways other than the inbox. A delivery is a row with a lease: whoever is killed while sending leaves it to
// be sent again, with the same key. Where it goes is asked of customer when it is sent, and sealed with what was sent.
import type { Client } from '#chassis/call.ts';
import { Refusal } from '#chassis/errors.ts';
import { repeat } from '#chassis/repeat.ts';
import { ContactKind } from '#gen/bank/customer/v1/customer_pb.ts';
import type { CustomerContacts, CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from './context.ts';
import { type DueRow, markDead, markFailed, markSent, postpone, sealedIn, takeDue } from './delivery-tables.ts';
import { quietUntil } from './domain/quiet-hours.ts';
import { pauseAfter } from './domain/retrying.ts';
import { valuesOf } from './domain/values.ts';
import type { Channel } from './domain/words.ts';
import { NotTaken } from './providers.ts';
import { render } from './rendering.ts';

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
    if (!contacts) throw new NotTaken('CUSTOMER_UNAVAILABLE', false);
    const to = addressOf(row, contacts.get(row.partyId));
    const { code, template } = await secretOf(context, row);
    const text = (await context.texts()).inForce(template, preferences.locale, row.createMs);
    const written = render(text, { ...valuesOf(row.facts, row.occurMs, preferences), ...(code && { code }) });
    // Providers keep keys for long, and a customer's id is not theirs to know.
    const key = context.vault.hash('notification.key', `${row.partyId}/${row.number}/${row.channel}`).toString('hex');
    const provider = await context.ways.send(row.channel, { key, to, ...written });
    const copy = code ? undefined : await sealCopy(context, row.partyId, { address: to, ...written });
    await context.database.query(markSent(row, provider, copy));
  } catch (error) {
    await failed(context, row, error instanceof NotTaken ? error : new NotTaken('FAILED', false, { cause: error }));
  }
}

async function failed({ database, log }: Context, row: DueRow, { word, final, cause }: NotTaken): Promise<void> {
  const pauseMs = final ? undefined : pauseAfter(row.attempts);
  const about = { channel: row.channel, attempts: row.attempts, failure: word };
  if (pauseMs === undefined) log.warn(about, 'a delivery is given up');
  else if (cause !== undefined) log.warn({ ...about, err: cause }, 'a delivery failed');
  await database.query(pauseMs === undefined ? markDead(row, word) : markFailed(row, word, pauseMs));
}

/** Where a delivery goes: the first address of its kind. The providers of push messages know customers by their ids. */
function addressOf({ channel, partyId }: DueRow, known: CustomerContacts | undefined): string {
  if (!known) throw new NotTaken('CUSTOMER_UNKNOWN', true);
  if (channel === 'push') return partyId;
  const kinds: Readonly<Record<Exclude<Channel, 'push'>, ContactKind>> = {
    email: ContactKind.EMAIL,
    sms: ContactKind.PHONE,
  };
  const address = known.contacts.find(({ kind }) => kind === kinds[channel])?.value;
  if (!address) throw new NotTaken('NO_ADDRESS', true);
  if (NO_ADDRESS.test(address)) throw new NotTaken('ADDRESS_INVALID', true);
  return address;
}

/** The code that goes with a notice, and the template that has a place for it. */
async function secretOf({ vault }: Context, row: DueRow): Promise<{ code?: string; template: string }> {
  if (!row.secret) return { template: row.template };
  if ((row.facts.expireMs ?? 0) <= Date.now()) throw new NotTaken('CODE_EXPIRED', true);
  const code = await vault.open(sealedIn(row.secret), CODE_CONTEXT);
  if (!code) throw new NotTaken('CUSTOMER_ERASED', true);
  return { code: code.toString(), template: 'password-reset-code' };
}

function sealCopy({ vault }: Context, partyId: string, copy: { address: string; subject: string; body: string }) {
  return vault.seal(partyId, COPY_CONTEXT, Buffer.from(JSON.stringify(copy)));
}
