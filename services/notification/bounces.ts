// Addresses that messages bounced from for good: they are not written to again, and their customers read so in the inbox.
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Context } from './context.ts';
import { tellOne } from './domain/telling.ts';
import type { Channel } from './domain/words.ts';
import type { NewNotice } from './tables.ts';
import { addressed } from './ways.ts';

/** An address of somebody's, as a keyed hash. */
export interface BouncedAddress {
  readonly partyId: string;
  readonly channel: Channel;
  readonly addressHash: Buffer;
}

/** The keyed hash of an address. */
export function addressHash({ vault }: Pick<Context, 'vault'>, channel: Channel, address: string): Buffer {
  return vault.hash(`notification.address.${channel}`, address.toLowerCase());
}

/** The addresses of these parties that are not written to. */
export function selectBounced(partyIds: readonly string[]): RawBuilder<BouncedAddress> {
  return sql<BouncedAddress>`
    select party_id as "partyId", channel, address_hash as "addressHash" from bounced_address
    where party_id = any(${sqlArray(partyIds)}::text[])
  `;
}

/** Lets nobody else find out that addresses of these parties bounced until the transaction ends. */
function lockBounces(partyIds: readonly string[]): RawBuilder<unknown> {
  return sql`
    select pg_advisory_xact_lock(hashtextextended('bounces ' || party_id, 0))
    from (select unnest(${sqlArray(partyIds)}::text[]) as party_id order by 1) parties
  `;
}

/** Those that are not known to have bounced yet, each once, locked; and what their customers are told. */
export async function newBounces(
  { ways, config }: Pick<Context, 'ways' | 'config'>,
  from: Pick<Tx, 'query'>,
  bounced: readonly BouncedAddress[],
): Promise<{ fresh: BouncedAddress[]; notices: NewNotice[] }> {
  const known = new Set<string>();
  const partyIds = [...new Set(bounced.map(({ partyId }) => partyId))].toSorted();
  if (partyIds.length > 0) {
    await from.query(lockBounces(partyIds));
    for (const one of await from.query(selectBounced(partyIds))) known.add(keyOf(one));
  }
  const unknown = bounced.filter((one) => !known.has(keyOf(one)));
  const fresh = [...new Map(unknown.map((one) => [keyOf(one), one])).values()];
  const tellings = fresh.flatMap(({ partyId, channel }) => {
    const told = tellOne(partyId, channel === 'email' ? 'email-bounced' : 'sms-bounced');
    return told.map((one) => ({ ...one, occurMs: Date.now(), bounced: channel }));
  });
  // Whoever has another way out for what is about security is told there as well, and never by the one that is broken.
  const open = { open: ways.open, timeZone: config.BANK_TIME_ZONE };
  const notices = (await addressed(from, tellings, open)).map((one) => ({
    ...one,
    ways: one.ways.filter(({ channel }) => channel !== one.bounced),
  }));
  return { fresh, notices };
}

/** Writes to these addresses no more. */
export function insertBounced(rows: readonly BouncedAddress[]): RawBuilder<unknown> {
  const values = rows.map(({ partyId, channel, addressHash: hash }) => sql`(${partyId}, ${channel}, ${hash}, now())`);
  return sql`
    insert into bounced_address (party_id, channel, address_hash, bounce_time) values ${sql.join(values)}
    on conflict do nothing
  `;
}

/** Writes again to the address of a delivery. */
export function trustAddress(partyId: string, number: number, channel: Channel): RawBuilder<unknown> {
  return sql`
    delete from bounced_address b using delivery d
    where d.party_id = ${partyId} and d.number = ${number} and d.channel = ${channel}
      and (b.party_id, b.channel, b.address_hash) = (d.party_id, d.channel, d.address_hash)
  `;
}

/** An address among others. */
export function keyOf({ partyId, channel, addressHash: hash }: BouncedAddress): string {
  return `${partyId} ${channel} ${hash.toString('hex')}`;
}
