import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { withEvidence } from '../alerts.ts';
import { selectAlerts, selectCase, selectNotes } from '../case-tables.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { bytesOfAlert, caseMessage, noteMessage } from '../monitoring-messages.ts';

/** So much that the notes have room beside it. */
const ALERTS_SHOWN = 50;
const EVIDENCE_SHOWN = 10;

/** Reads a case, with its alerts and notes. */
export function getCase({ database, vault }: Context): Rpcs<typeof AuditService>['getCase'] {
  return async ({ caseId }) => {
    const [row] = await database.query(selectCase(caseId));
    if (!row) throw refuse('CASE_NOT_FOUND');
    const filter = { caseId, subjectId: '', ruleId: '' };
    const alerts = await database.query(selectAlerts(filter, { after: undefined, limit: ALERTS_SHOWN }));
    const notes = await database.query(selectNotes(caseId));
    return {
      case: caseMessage(row),
      alerts: [...fitting(await withEvidence(database, alerts, EVIDENCE_SHOWN), bytesOfAlert)],
      notes: await Promise.all(notes.map((note) => noteMessage(vault, note))),
    };
  };
}
