import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, ListCasesRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { CaseState } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { type CaseWord, selectCases } from '../case-tables.ts';
import type { Context } from '../context.ts';
import { caseMessage } from '../monitoring-messages.ts';

const WORDS: Partial<Record<CaseState, CaseWord>> = {
  [CaseState.OPEN]: 'OPEN',
  [CaseState.UNDER_REVIEW]: 'UNDER_REVIEW',
  [CaseState.DISMISSED]: 'DISMISSED',
  [CaseState.REPORTED]: 'REPORTED',
};

/** Lists cases, newest first. */
export function listCases({ database, pages }: Context): Rpcs<typeof AuditService>['listCases'] {
  return async (request) => {
    const { size, after } = pages.read(ListCasesRequestSchema, request);
    const { assigneeId, subjectId } = request;
    const filter = { state: WORDS[request.state], assigneeId, subjectId };
    const rows = await database.query(selectCases(filter, { after: after?.[0], limit: size + 1 }));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      cases: page.map(caseMessage),
      nextPageToken: rows.length > size && last ? pages.next(ListCasesRequestSchema, request, [last.caseId]) : '',
    };
  };
}
