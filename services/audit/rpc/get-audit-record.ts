import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { type Part, type RecordRow, recordMessage, sealedIn } from '../messages.ts';
import { findRecord } from '../records.ts';

/** Reads a record, with what of it is personal. */
export function getAuditRecord(context: Context): Rpcs<typeof AuditService>['getAuditRecord'] {
  const { vault } = context;
  return async ({ recordId }) => {
    const row = await findRecord(context, recordId);
    const [before, after, origin] = await Promise.all([open(row, 'before'), open(row, 'after'), open(row, 'origin')]);
    const { address = '', userAgent = '' } = JSON.parse(origin.text || '{}') as {
      address?: string;
      userAgent?: string;
    };
    const erased = [before, after, origin].some((part) => part.erased);
    return {
      record: recordMessage(row),
      opened: { beforeJson: before.text, afterJson: after.text, address, userAgent, erased },
    };
  };

  /** What a part says; nothing where the record has none, or its key is destroyed. */
  async function open(row: RecordRow, part: Part): Promise<{ readonly text: string; readonly erased: boolean }> {
    const sealed = sealedIn(row, part);
    if (!sealed) return { text: '', erased: false };
    const bytes = await vault.open(sealed, `command.${part}`);
    return { text: bytes?.toString() ?? '', erased: bytes === undefined };
  }
}
