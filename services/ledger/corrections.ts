// Corrections: journals that are linked to one that they correct, which the same workload has posted.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import type { Refusal } from '#chassis/errors.ts';
import { refuse } from './domain/refusals.ts';
import type { Booked, Draft } from './posting.ts';

/** A journal that may be corrected. It has no number yet while it is booked in the same batch. */
export interface Correctable {
  readonly owner: string;
  readonly no: bigint | undefined;
}

/** The posted journals that these drafts correct, by id. */
export async function selectCorrectable(tx: Tx, drafts: readonly Draft[]): Promise<Map<string, Correctable>> {
  const ids = drafts.flatMap(({ corrects = '' }) => (corrects === '' ? [] : [corrects]));
  if (ids.length === 0) return new Map();
  const rows = await tx.query(sql<{ id: string; owner: string; no: string }>`
    select id, owner, no from journal where id = any(${ids}) and refusal is null
  `);
  return new Map(rows.map(({ id, owner, no }) => [id, { owner, no: BigInt(no) }]));
}

/** Why a draft may not correct what it names, if it may not. `before` are those of its group that are booked before it. */
export function checkCorrection(
  { owner, corrects = '' }: Draft,
  correctable: ReadonlyMap<string, Correctable>,
  before: readonly Draft[],
): Refusal | undefined {
  if (corrects === '') return undefined;
  const corrected = correctable.get(corrects) ?? before.find(({ id }) => id === corrects);
  if (!corrected) return refuse('JOURNAL_NOT_FOUND');
  return corrected.owner === owner ? undefined : refuse('JOURNAL_NOT_OWNED');
}

/** The numbers of the journals that these correct; null for one that corrects none. */
export function correctedNos(journals: readonly Booked[]): (bigint | null)[] {
  const beside = new Map(journals.map(({ draft, no }) => [draft.id, no]));
  return journals.map(({ draft, correctedNo }) => correctedNo ?? beside.get(draft.corrects ?? '') ?? null);
}
