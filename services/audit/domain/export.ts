// How exported records are written, and what is signed of an export (docs/proofs.md).
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { ExportFormat, ExportFormatSchema, type ExportManifest } from '#gen/bank/audit/v1/audit_pb.ts';
import { WorkloadSchema } from '#gen/bank/options/v1/options_pb.ts';

/** The lines of a record's text, in their order; the last four are not in every record. */
export const COLUMNS: readonly string[] = [
  'log',
  'position',
  'previous',
  'record',
  'event',
  'kind',
  'rpc',
  'request',
  'outcome',
  'reason',
  'code',
  'actor',
  'caller',
  'resources',
  'trace',
  'occur_time',
  'known_time',
  'before',
  'after',
  'origin',
  'one_in',
];

/** What stands before the records of an export. */
export function headOf(format: ExportFormat): string {
  return format === ExportFormat.CSV ? csvLine(COLUMNS) : '';
}

/** A record of an export: the values of its text as they stand there. */
export function lineOf(format: ExportFormat, recordText: string): string {
  const values = new Map(
    recordText
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
  if (format === ExportFormat.CSV) return csvLine(COLUMNS.map((column) => values.get(column) ?? ''));
  return `${JSON.stringify(Object.fromEntries(values))}\n`;
}

/** Values that a caller wrote begin with a quote or a bracket: no spreadsheet takes one for a formula. */
function csvLine(values: readonly string[]): string {
  return `${values.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/** The bytes that the manifest of an export is a signature of. */
export function manifestBytes(manifest: Omit<ExportManifest, '$typeName' | 'signature'>): Buffer {
  const { format, requestJson, recordCount, contentDigest, proofsDigest, checkpoints, exportTime } = manifest;
  const lines = [
    'corebank audit export 1',
    `format ${ExportFormatSchema.value[format]?.localName ?? format}`,
    `request ${requestJson}`,
    `records ${recordCount}`,
    `content ${hex(contentDigest)}`,
    `proofs ${hex(proofsDigest)}`,
    ...checkpoints.map(
      ({ log, size, root }) => `checkpoint ${WorkloadSchema.value[log]?.localName ?? log} ${size} ${hex(root)}`,
    ),
    `export_time ${exportTime ? timestampDate(exportTime).toISOString() : ''}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
