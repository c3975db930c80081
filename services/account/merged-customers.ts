// What becomes of accounts when the customer service tells that one customer was merged into another: whatever names the one names the other.
import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import { insertMerged, moveParty, selectSurvivor } from '#chassis/merged-parties.ts';
import { on, type Subscription } from '#chassis/subscription.ts';
import { CustomerMergedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { readHolders } from './accounts.ts';
import type { Context } from './context.ts';
import type { Holding } from './domain/holders.ts';
import { holdersAfterMerge, typeAfterMerge } from './domain/merging.ts';
import { deleteHolders, insertHolderChange, insertHolders } from './holder-changes.ts';
import { AccountRow } from './tables.ts';

/** What has to be known before: the bank's day. */
export type Day = string | undefined;

/** Reads the bank's day where somebody was merged. */
export function dayOfMerge({ clock }: Pick<Context, 'clock'>): NonNullable<Subscription<Day>['prepare']> {
  return async (envelopes) => {
    const isMerge = envelopes.some(({ type }) => type === CustomerMergedSchema.typeName);
    return isMerge ? (await clock.read()).openDate.toString() : undefined;
  };
}

/** Makes the survivor's what is on accounts of who was merged into them. Told again, it does so for what has come since. */
export function merges(publishHoldersChanged: Telling) {
  return on<typeof CustomerMergedSchema, Day>(CustomerMergedSchema, async (tx, told, envelope, businessDate) => {
    const { mergedCustomerId: merged } = told;
    await tx.execute(insertMerged(merged, told.customerId));
    const [survivor] = await tx.query(selectSurvivor(merged));
    const merge = { merged, survivor: survivor?.id ?? told.customerId };
    const held = await tx.query(sql<{ id: string }>`
      select account_id as id from holder where customer_id = ${merged} order by account_id
    `);
    const by = {
      businessDate: businessDate ?? '',
      authorId: envelope.actor?.partyId ?? '',
      approverId: envelope.actor?.approverId ?? '',
    };
    for (const { id } of held) await changeHolder(tx, id, merge, by, publishHoldersChanged);
    await tx.execute(moveParty(merged));
  });
}

/** Tells that others hold an account. */
type Telling = (tx: CommandTx, row: AccountRow, holders: readonly Holding[]) => void;
type Merge = { readonly merged: string; readonly survivor: string };
type By = { readonly businessDate: string; readonly authorId: string; readonly approverId: string };

async function changeHolder(
  tx: CommandTx,
  accountId: string,
  { merged, survivor }: Merge,
  by: By,
  publishHoldersChanged: Telling,
): Promise<void> {
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
  const row = await tx.em.findOneOrFail(AccountRow, { id: accountId }, lock);
  const before = (await readHolders(tx.em, accountId)).map(({ customerId, role }) => ({ customerId, role }));
  const after = holdersAfterMerge(before, merged, survivor);
  await tx.execute(deleteHolders(accountId));
  await tx.execute(insertHolders(accountId, after));
  row.type = typeAfterMerge(row.type, after);
  if (row.partyId === merged) row.partyId = survivor;
  // One that is still being opened has told of nobody yet, and tells of the survivor then.
  if (row.version === 0) return;
  row.version += 1;
  row.updateTime = new Date();
  await tx.execute(insertHolderChange({ accountId, version: row.version, before, after, ...by }));
  publishHoldersChanged(tx, row, after);
}
