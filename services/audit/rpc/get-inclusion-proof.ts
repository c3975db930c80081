import { inclusionPath } from '#chassis/merkle-log.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { recordText } from '../domain/record.ts';
import { refuse } from '../domain/refusals.ts';
import { recordMessage } from '../messages.ts';
import { findRecord } from '../records.ts';
import { selectLeafOf } from '../tables.ts';

/** Proves that a record stands in its log. */
export function getInclusionProof(context: Context): Rpcs<typeof AuditService>['getInclusionProof'] {
  const { database, logs, checkpoints } = context;
  return async ({ recordId }) => {
    const row = await findRecord(context, recordId);
    const [leaf] = await database.query(selectLeafOf(recordId));
    if (!leaf) throw refuse('AUDIT_RECORD_NOT_FOUND');
    const position = Number(leaf.position);
    const checkpoint = await checkpoints.covering(leaf.log, position + 1);
    if (!checkpoint) throw refuse('CHECKPOINT_PENDING');
    const path = await logs.of(leaf.log, (find) => inclusionPath(position, Number(checkpoint.size), find));
    return { recordText: recordText(recordMessage(row)), position: BigInt(position), path, checkpoint };
  };
}
