// An export on its way: its parts, with what they come to.
import { createHash } from 'node:crypto';
import { create, type MessageInitShape, toJsonString } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { inclusionPath } from '#chassis/merkle-log.ts';
import { ExportManifestSchema, type LogCheckpoint } from '#gen/bank/audit/v1/audit_pb.ts';
import {
  type ExportAuditRecordsRequest,
  ExportAuditRecordsRequestSchema,
  type ExportAuditRecordsResponseSchema,
} from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from './context.ts';
import { headOf, lineOf, manifestBytes } from './domain/export.ts';
import { recordText } from './domain/record.ts';
import { PRODUCERS } from './events.ts';
import { type RecordRow, recordMessage } from './messages.ts';

/** A part of an export, as it is sent. */
type Part = MessageInitShape<typeof ExportAuditRecordsResponseSchema>;

/** An export, as its records are added to it. */
export interface Exporting {
  /** What stands before the records. */
  head(): Part[];
  /** The records, as far as they are signed, with their proofs. */
  add(rows: readonly RecordRow[]): Promise<Part[]>;
  /** What was exported, signed. */
  manifest(): Promise<Part>;
}

type Means = Pick<Context, 'logs' | 'checkpoints'>;

/** Begins an export: what is signed by now can be proved, and nothing else is exported. */
export async function exporting({ logs, checkpoints }: Means, request: ExportAuditRecordsRequest): Promise<Exporting> {
  const exportTime = new Date();
  const { format } = request;
  const signed = new Map<string, LogCheckpoint>();
  for (const log of PRODUCERS) {
    const last = await checkpoints.newest(log);
    if (last) signed.set(log, last);
  }
  const [content, proofs] = [createHash('sha256'), createHash('sha256')];
  let count = 0;

  /** The paths of records of one log, whose nodes are fetched together. */
  async function pathsOf(log: string, rows: readonly RecordRow[]): Promise<Map<string, readonly Buffer[]>> {
    const size = Number(signed.get(log)?.size ?? 0);
    return logs.of(
      log,
      (find) => new Map(rows.map(({ recordId, position }) => [recordId, inclusionPath(Number(position), size, find)])),
    );
  }

  return {
    head() {
      const head = headOf(format);
      content.update(head);
      return head ? [{ part: { case: 'content', value: Buffer.from(head) } }] : [];
    },
    async add(rows) {
      const proved = rows.filter(({ log, position }) => BigInt(position) < (signed.get(log)?.size ?? 0n));
      if (proved.length === 0) return [];
      const paths = new Map<string, readonly Buffer[]>();
      for (const [log, ofLog] of Map.groupBy(proved, (row) => row.log)) {
        for (const [recordId, path] of await pathsOf(log, ofLog)) paths.set(recordId, path);
      }
      const texts = proved.map((row) => recordText(recordMessage(row)));
      const written = Buffer.from(texts.map((text) => lineOf(format, text)).join(''));
      const proofLines = proved.map(({ recordId }, index) => {
        const path = (paths.get(recordId) ?? []).map((hash) => hash.toString('base64'));
        return `${JSON.stringify({ recordText: texts[index], path })}\n`;
      });
      const proving = Buffer.from(proofLines.join(''));
      content.update(written);
      proofs.update(proving);
      count += proved.length;
      return [{ part: { case: 'content', value: written } }, { part: { case: 'proofs', value: proving } }];
    },
    async manifest() {
      const said = create(ExportManifestSchema, {
        format,
        requestJson: toJsonString(ExportAuditRecordsRequestSchema, request),
        recordCount: BigInt(count),
        contentDigest: content.digest(),
        proofsDigest: proofs.digest(),
        checkpoints: [...signed.values()],
        exportTime: timestampFromDate(exportTime),
      });
      said.signature = await checkpoints.vouch(manifestBytes(said));
      return { part: { case: 'manifest', value: said } };
    },
  };
}
