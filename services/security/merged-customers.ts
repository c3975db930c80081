// What becomes of the logins and the keys of a customer who was merged into another: their sessions and logins end, the survivor trusts whom
// they trusted, and their key lives as long as the survivor's.
import type { CommandTx } from '#chassis/command.ts';
import { insertMerged, moveParty, selectMergedInto, selectSurvivor } from '#chassis/merged-parties.ts';
import { on, type Subscription } from '#chassis/subscription.ts';
import { CustomerMergedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { dataKeyDestroyed } from './events.ts';
import { expireExports } from './export-tables.ts';
import { destroyDataKey, lockDataKey } from './key-tables.ts';
import { revokeAll } from './sessions.ts';

/** What customer tells of customers who were merged. Told again, it is done to what has come since. */
export function mergedCustomers(context: Pick<Context, 'now'>): Subscription {
  return {
    producer: 'customer',
    handlers: [
      on(CustomerMergedSchema, async (tx, { customerId, mergedCustomerId: merged }) => {
        await tx.execute(insertMerged(merged, customerId));
        await tx.execute(moveParty(merged));
        await revokeAll(tx, merged, RevocationReason.CUSTOMER_MERGED);
        // The survivor may have been erased before this was heard.
        const [survivor] = await tx.query(selectSurvivor(merged));
        const [key] = await tx.query(lockDataKey(survivor?.id ?? customerId));
        if (key?.destroyed) await destroyOne(tx, merged, context.now());
      }),
    ],
  };
}

/** Destroys the keys of a party, and of all who were merged into them. Refuses DATA_KEY_DESTROYED where that was done. */
export async function destroyKeysOf(tx: CommandTx, partyId: string, now: Date): Promise<string[]> {
  await refuseMerged(tx, partyId);
  const [key] = await tx.query(lockDataKey(partyId));
  if (key?.destroyed) throw refuse('DATA_KEY_DESTROYED');
  const ids = [partyId, ...(await tx.query(selectMergedInto(partyId))).map(({ id }) => id)];
  for (const id of ids) await destroyOne(tx, id, now);
  return ids;
}

async function destroyOne(tx: CommandTx, partyId: string, now: Date): Promise<void> {
  const [key] = await tx.query(lockDataKey(partyId));
  if (key?.destroyed) return;
  await tx.execute(destroyDataKey(partyId, now));
  // Nobody can read what was collected of them any more.
  await tx.execute(expireExports(partyId, now));
  dataKeyDestroyed(tx, partyId);
}

/** Refuses CUSTOMER_MERGED who goes on as somebody else. */
export async function refuseMerged(tx: Pick<CommandTx, 'query'>, partyId: string): Promise<void> {
  if (await isMerged(tx, partyId)) throw refuse('CUSTOMER_MERGED');
}

/** Whether a customer goes on as somebody else. */
export async function isMerged({ query }: Pick<CommandTx, 'query'>, partyId: string): Promise<boolean> {
  const [survivor] = await query(selectSurvivor(partyId));
  return survivor !== undefined && survivor.id !== partyId;
}
