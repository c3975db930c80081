// The table of contents of the audit service.
import { ownCustomer } from '#chassis/access.ts';
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { PRODUCERS, recordings } from './events.ts';
import { forget } from './forgetting.ts';
import { keep } from './keeping.ts';
import { Audit } from './migrations/0001-audit.ts';
import { Monitoring } from './migrations/0005-monitoring.ts';
import { RefusedLogins } from './migrations/0006-refused-logins.ts';
import { Reads } from './migrations/0008-reads.ts';
import { Keeping } from './migrations/0009-keeping.ts';
import { SanctionsHits } from './migrations/0010-sanctions-hits.ts';
import { WokenAccounts } from './migrations/0011-woken-accounts.ts';
import { MergedCustomers } from './migrations/0012-merged-customers.ts';
import { monitor } from './monitoring.ts';
import { addCaseNote } from './rpc/add-case-note.ts';
import { assignCase } from './rpc/assign-case.ts';
import { decideCase } from './rpc/decide-case.ts';
import { draftSuspiciousActivityReport } from './rpc/draft-suspicious-activity-report.ts';
import { exportAuditRecords } from './rpc/export-audit-records.ts';
import { getAuditRecord } from './rpc/get-audit-record.ts';
import { getCase } from './rpc/get-case.ts';
import { getCheckpointKey } from './rpc/get-checkpoint-key.ts';
import { getConsistencyProof } from './rpc/get-consistency-proof.ts';
import { getInclusionProof } from './rpc/get-inclusion-proof.ts';
import { listAlerts } from './rpc/list-alerts.ts';
import { listArchiveFiles } from './rpc/list-archive-files.ts';
import { listAuditRecords } from './rpc/list-audit-records.ts';
import { listCases } from './rpc/list-cases.ts';
import { listCheckpoints } from './rpc/list-checkpoints.ts';
import { listLargeTransactions } from './rpc/list-large-transactions.ts';
import { listLegalHolds } from './rpc/list-legal-holds.ts';
import { listLogEntries } from './rpc/list-log-entries.ts';
import { listMonitoringRules } from './rpc/list-monitoring-rules.ts';
import { listPersonalDataReads } from './rpc/list-personal-data-reads.ts';
import { listReportRecords } from './rpc/list-report-records.ts';
import { listRetentionPolicies } from './rpc/list-retention-policies.ts';
import { placeLegalHold } from './rpc/place-legal-hold.ts';
import { previewMonitoringRule } from './rpc/preview-monitoring-rule.ts';
import { releaseLegalHold } from './rpc/release-legal-hold.ts';
import { setMonitoringRule } from './rpc/set-monitoring-rule.ts';
import { setRetentionPolicy } from './rpc/set-retention-policy.ts';
import { entities } from './tables.ts';

function rpcs(context: Context) {
  return {
    exportAuditRecords: exportAuditRecords(context),
    getAuditRecord: getAuditRecord(context),
    getCheckpointKey: getCheckpointKey(context),
    getConsistencyProof: getConsistencyProof(context),
    getInclusionProof: getInclusionProof(context),
    listAuditRecords: listAuditRecords(context),
    listCheckpoints: listCheckpoints(context),
    listLargeTransactions: listLargeTransactions(context),
    listReportRecords: listReportRecords(context),
    listPersonalDataReads: listPersonalDataReads(context),
    listLogEntries: listLogEntries(context),
    listMonitoringRules: listMonitoringRules(context),
    setMonitoringRule: setMonitoringRule(context),
    previewMonitoringRule: previewMonitoringRule(context),
    listRetentionPolicies: listRetentionPolicies(context),
    setRetentionPolicy: setRetentionPolicy(context),
    placeLegalHold: placeLegalHold(context),
    releaseLegalHold: releaseLegalHold(context),
    listLegalHolds: listLegalHolds(context),
    listArchiveFiles: listArchiveFiles(context),
    listAlerts: listAlerts(context),
    listCases: listCases(context),
    getCase: getCase(context),
    assignCase: assignCase(context),
    addCaseNote: addCaseNote(context),
    decideCase: decideCase(context),
    draftSuspiciousActivityReport: draftSuspiciousActivityReport(context),
  } satisfies Rpcs<typeof AuditService>;
}

/**
 * Whether the object store outlives its process: what is archived leaves the database. In production a directory has to be named for it,
 * since DATA_DIR may be a pod's own.
 */
function outlives({ OBJECT_STORE, OBJECT_STORE_DIR, BANK_ENVIRONMENT }: Context['config']): boolean {
  return OBJECT_STORE === 's3' || OBJECT_STORE_DIR !== '' || BANK_ENVIRONMENT === 'development';
}

/**
 * How often monitoring looks whether anything waits. Each look reads all that is known around what is new, so that a burst is looked at a few
 * times and not once for each batch that it came in.
 */
const MONITOR_MS = 2_000;

export const audit: ServiceDefinition<typeof AuditService, Context> = {
  name: 'audit',
  service: AuditService,
  entities,
  migrations: [
    { name: '0001-audit', class: Audit },
    { name: '0002-lean-chassis', class: LeanChassis },
    { name: '0003-chassis-settings', class: ChassisSettings },
    { name: '0004-event-path', class: eventPath('audit_runtime') },
    { name: '0005-monitoring', class: Monitoring },
    { name: '0006-refused-logins', class: RefusedLogins },
    { name: '0007-event-operations', class: eventOperations('audit_runtime') },
    { name: '0008-reads', class: Reads },
    { name: '0009-keeping', class: Keeping },
    { name: '0010-sanctions-hits', class: SanctionsHits },
    { name: '0011-woken-accounts', class: WokenAccounts },
    { name: '0012-merged-customers', class: MergedCustomers },
  ],
  context: makeContext,
  subscriptions: recordings,
  rpcs,
  // Customers see who has read what is theirs, and nothing else; the staff who call it see the whole bank.
  owners: () => ({
    CUSTOMER: ownCustomer(
      () => refuse('CUSTOMER_NOT_FOUND'),
      async () => [],
    ),
  }),
  async start(context) {
    const { checkpoints, config, log } = context;
    const sign = () => checkpoints.sign(PRODUCERS);
    const stop = repeat(config.CHECKPOINT_SECONDS * 1_000, sign, log, 'no checkpoint could be signed');
    const stopMonitoring = repeat(MONITOR_MS, () => monitor(context), log, 'what happened could not be looked at');
    const tidy = () => (outlives(config) ? keep(context) : Promise.resolve()).then(() => forget(context));
    const stopKeeping = repeat(
      config.KEEPING_SECONDS * 1_000,
      tidy,
      log,
      'what is old could not be kept as it is to be',
    );
    return async () => {
      await stopKeeping();
      await stopMonitoring();
      await stop();
      await sign().catch((error: unknown) => log.warn({ err: error }, 'the last checkpoint could not be signed'));
    };
  },
};
