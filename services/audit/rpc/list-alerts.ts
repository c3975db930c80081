import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, ListAlertsRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { withEvidence } from '../alerts.ts';
import { selectAlerts } from '../case-tables.ts';
import type { Context } from '../context.ts';
import { bytesOfAlert } from '../monitoring-messages.ts';

/** Lists alerts, newest first. */
export function listAlerts({ database, pages }: Context): Rpcs<typeof AuditService>['listAlerts'] {
  return async (request) => {
    const { size, after } = pages.read(ListAlertsRequestSchema, request);
    const rows = await database.query(selectAlerts(request, { after: after?.[0], limit: size + 1 }));
    const alerts = fitting(await withEvidence(database, rows.slice(0, size)), bytesOfAlert);
    const last = alerts.at(-1);
    return {
      alerts: [...alerts],
      nextPageToken:
        rows.length > alerts.length && last ? pages.next(ListAlertsRequestSchema, request, [last.alertId]) : '',
    };
  };
}
