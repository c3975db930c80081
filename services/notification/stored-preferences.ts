// Preferences as they are stored, and the consents that change with them.
import type { JsonObject } from '@bufbuild/protobuf';
import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import type { Context } from './context.ts';
import { consentChanges, type Preferences, wantsNews } from './domain/preferences.ts';
import type { ThresholdRow } from './low-balance-tables.ts';
import { insertConsents } from './news-tables.ts';
import { lockPreferences, PreferenceRow, preferencesOf } from './tables.ts';

/** Somebody's preferences, locked. Version 0: there is no row yet. */
export interface Stored {
  readonly partyId: string;
  readonly row: PreferenceRow | null;
  readonly preferences: Preferences;
  readonly version: number;
}

/** Reads somebody's preferences, and locks them until the transaction ends, be there a row or not. */
export async function lockedPreferences({ config }: Context, tx: CommandTx, partyId: string): Promise<Stored> {
  await tx.query(lockPreferences(partyId));
  const row = await tx.em.findOne(PreferenceRow, { partyId }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
  return { partyId, row, preferences: preferencesOf(row, config.BANK_TIME_ZONE), version: row?.version ?? 0 };
}

/** Puts others in their place, and records that. Answers their version. */
export function storePreferences(
  tx: CommandTx,
  { partyId, row, preferences, version }: Stored,
  after: Preferences,
  lowBalances?: { readonly before: readonly ThresholdRow[]; readonly after: readonly ThresholdRow[] },
): number {
  const next = version + 1;
  const time = new Date();
  const choices = { ...after.choices };
  const columns = { ...after, choices, wantsNews: wantsNews(after.choices), version: next, updateTime: time };
  if (row) Object.assign(row, columns);
  else tx.insert(PreferenceRow, { partyId, ...columns });
  for (const change of consentChanges(preferences.choices, after.choices)) {
    tx.write(insertConsents, { partyId, version: next, time, ...change });
  }
  const [before, put] = [jsonOf(preferences, lowBalances?.before), jsonOf(after, lowBalances?.after)];
  tx.record({ resourceIds: [partyId], partyId, before, after: put });
  return next;
}

function jsonOf(preferences: Preferences, lowBalances?: readonly ThresholdRow[]): JsonObject {
  const low = lowBalances && { lowBalances: lowBalances.map((one) => ({ ...one })) };
  return { ...preferences, choices: { ...preferences.choices }, ...low };
}
