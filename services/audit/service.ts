// The table of contents of the audit service.
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { PRODUCERS, recordings } from './events.ts';
import { Audit } from './migrations/0001-audit.ts';
import { getAuditRecord } from './rpc/get-audit-record.ts';
import { getCheckpointKey } from './rpc/get-checkpoint-key.ts';
import { getConsistencyProof } from './rpc/get-consistency-proof.ts';
import { getInclusionProof } from './rpc/get-inclusion-proof.ts';
import { listAuditRecords } from './rpc/list-audit-records.ts';
import { listCheckpoints } from './rpc/list-checkpoints.ts';
import { listLogEntries } from './rpc/list-log-entries.ts';
import { entities } from './tables.ts';

function rpcs(context: Context) {
  return {
    getAuditRecord: getAuditRecord(context),
    getCheckpointKey: getCheckpointKey(context),
    getConsistencyProof: getConsistencyProof(context),
    getInclusionProof: getInclusionProof(context),
    listAuditRecords: listAuditRecords(context),
    listCheckpoints: listCheckpoints(context),
    listLogEntries: listLogEntries(context),
  } satisfies Rpcs<typeof AuditService>;
}

export const audit: ServiceDefinition<typeof AuditService, Context> = {
  name: 'audit',
  service: AuditService,
  entities,
  migrations: [
    { name: '0001-audit', class: Audit },
    { name: '0002-lean-chassis', class: LeanChassis },
    { name: '0003-chassis-settings', class: ChassisSettings },
    { name: '0004-event-path', class: eventPath('audit_runtime') },
    { name: '0005-event-operations', class: eventOperations('audit_runtime') },
  ],
  context: makeContext,
  subscriptions: recordings,
  rpcs,
  // Only staff call it: nothing in it is a customer's to see.
  owners: () => ({}),
  async start({ checkpoints, config, log }) {
    const sign = async () => {
      for (const name of PRODUCERS) await checkpoints.sign(name);
    };
    const stop = repeat(config.CHECKPOINT_SECONDS * 1_000, sign, log, 'no checkpoint could be signed');
    return async () => {
      await stop();
      await sign().catch((error: unknown) => log.warn({ err: error }, 'the last checkpoint could not be signed'));
    };
  },
};
