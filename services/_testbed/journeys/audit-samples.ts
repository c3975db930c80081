// A valid request of every RPC of the audit service, and of those of security about what is recorded, for samples.ts.
import type { Belongings } from './belongings.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** It finds nothing. */
const RULE = {
  ruleId: 'sample',
  displayName: 'A sample',
  manyAccounts: { countMin: 1_000, windowMinutes: 1 },
};
const SPAN = { startTime: '2020-01-01T00:00:00Z', endTime: '2020-01-02T00:00:00Z' };
const ofCase = { caseId: 'cse_none' };

const STAFFS: Partial<Record<RpcName, Sample>> = {
  'audit.ListAuditRecords': { request: {} },
  'audit.GetAuditRecord': { request: { recordId: 'aud_none' }, refused: 'AUDIT_RECORD_NOT_FOUND' },
  'audit.ListLogEntries': { request: { log: 'WORKLOAD_ACCOUNT' } },
  'audit.GetInclusionProof': { request: { recordId: 'aud_none' }, refused: 'AUDIT_RECORD_NOT_FOUND' },
  'audit.GetConsistencyProof': {
    request: { log: 'WORKLOAD_ACCOUNT', firstSize: '1', secondSize: '1' },
    refused: 'LOG_SIZES_INVALID',
  },
  'audit.ListCheckpoints': { request: {} },
  'audit.GetCheckpointKey': { request: {} },
  'audit.ExportAuditRecords': { request: { format: 'EXPORT_FORMAT_CSV', resourceId: 'acc_none' } },
  'audit.ListReportRecords': { request: { report: 'REPORT_KIND_APPROVALS', ...SPAN } },
  'audit.ListLargeTransactions': { request: { amountMin: { currencyCode: 'CZK', amount: '1.00' }, ...SPAN } },
  'audit.ListMonitoringRules': { request: {} },
  'audit.SetMonitoringRule': { request: { rule: RULE, baseVersion: 1_000_000 }, refused: 'ETAG_MISMATCH' },
  'audit.PreviewMonitoringRule': {
    request: { rule: RULE, ...SPAN },
  },
  'audit.ListRetentionPolicies': { request: {} },
  'audit.SetRetentionPolicy': {
    request: {
      policy: { archiveMonths: 24, classes: [{ className: 'all', keepMonths: 24 }] },
      baseVersion: 1_000_000,
    },
    refused: 'ETAG_MISMATCH',
  },
  // It covers a time long before there was a bank.
  'audit.PlaceLegalHold': { request: { ...SPAN, reason: 'A sample' } },
  'audit.ReleaseLegalHold': { request: { legalHoldId: 'lgh_none' }, refused: 'LEGAL_HOLD_NOT_FOUND' },
  'audit.ListLegalHolds': { request: {} },
  'audit.ListArchiveFiles': { request: {} },
  'audit.ListAlerts': { request: {} },
  'audit.ListCases': { request: {} },
  'audit.GetCase': { request: ofCase, refused: 'CASE_NOT_FOUND' },
  'audit.AssignCase': { request: ofCase, refused: 'CASE_NOT_FOUND' },
  'audit.AddCaseNote': { request: { ...ofCase, text: 'A note' }, refused: 'CASE_NOT_FOUND' },
  'audit.DecideCase': {
    request: { ...ofCase, state: 'CASE_STATE_DISMISSED', text: 'A note' },
    refused: 'CASE_NOT_FOUND',
  },
  'audit.DraftSuspiciousActivityReport': { request: ofCase, refused: 'CASE_NOT_FOUND' },
};

/** Samples that staff may send, and the customer about themselves. */
export function auditSamples({ customerId }: Belongings): Partial<Record<RpcName, Sample>> {
  return { ...STAFFS, 'audit.ListPersonalDataReads': { request: { customerId } } };
}

/** As the bank begins with. */
const SAMPLINGS = [
  { audience: 'AUDIENCE_CHANNEL', oneIn: 100 },
  { audience: 'AUDIENCE_STAFF', oneIn: 1 },
  { audience: 'AUDIENCE_PARTNER', oneIn: 1 },
];

export const readSamples: Partial<Record<RpcName, Sample>> = {
  'security.ListReadRecordingPolicies': { request: {} },
  'security.SetReadRecordingPolicy': {
    request: { baseVersion: 1_000_000, policy: { samplings: SAMPLINGS } },
    refused: 'ETAG_MISMATCH',
  },
};
