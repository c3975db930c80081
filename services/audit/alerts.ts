// Alerts as they are shown: with what they rest on.
import type { Tx } from '#chassis/database.ts';
import type { Alert } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { type AlertRow, selectEvidence } from './case-tables.ts';
import type { Activity } from './domain/activity.ts';
import { alertMessage, EVIDENCE_SHOWN, happened } from './monitoring-messages.ts';

/** Alerts with the first of what each rests on. */
export async function withEvidence(
  { query }: Pick<Tx, 'query'>,
  rows: readonly AlertRow[],
  shown = EVIDENCE_SHOWN,
): Promise<Alert[]> {
  if (rows.length === 0) return [];
  const evidence = new Map<string, Activity[]>(rows.map(({ alertId }) => [alertId, []]));
  const ids = rows.map(({ alertId }) => alertId);
  for (const row of await query(selectEvidence(ids, shown))) evidence.get(row.alertId)?.push(happened(row));
  return rows.map((row) => {
    const rests = (evidence.get(row.alertId) ?? []).sort((one, other) => one.timeMs - other.timeMs);
    return alertMessage(row, rests);
  });
}
