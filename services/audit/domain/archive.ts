// What the bank signs of the files of its archive, as texts (docs/proofs.md).
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ArchiveDisposal, ArchiveFile } from '#gen/bank/audit/v1/keeping_pb.ts';
import { WorkloadSchema } from '#gen/bank/options/v1/options_pb.ts';

/** The bytes that what is said of a file is a signature of. */
export function archiveFileBytes(file: Omit<ArchiveFile, '$typeName' | 'signature'>): Buffer {
  return text([
    'corebank audit archive 1',
    `key ${file.key}`,
    `month ${file.month}`,
    `class ${file.className}`,
    `records ${file.recordCount}`,
    `content ${hex(file.contentDigest)}`,
    `first_time ${timeOf(file.firstTime)}`,
    `last_time ${timeOf(file.lastTime)}`,
    ...file.positions.map(({ log, ranges }) => `positions ${WorkloadSchema.value[log]?.localName ?? log} ${ranges}`),
    `policy ${file.policyVersion}`,
    `sign_time ${timeOf(file.signTime)}`,
  ]);
}

/** The bytes that what is said of a disposal is a signature of. */
export function archiveDisposalBytes(disposal: Omit<ArchiveDisposal, '$typeName' | 'signature'>): Buffer {
  return text([
    'corebank audit disposal 1',
    `key ${disposal.key}`,
    `content ${hex(disposal.contentDigest)}`,
    `policy ${disposal.policyVersion}`,
    `decide_time ${timeOf(disposal.decideTime)}`,
  ]);
}

/** Numbers as ranges: `0-4,7`. */
export function rangesOf(numbers: readonly bigint[]): string {
  const sorted = numbers.toSorted((one, other) => Number(one - other));
  const ranges: { from: bigint; to: bigint }[] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last && number === last.to + 1n) last.to = number;
    else ranges.push({ from: number, to: number });
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** Ranges as they were written. */
export function readRanges(ranges: string): { readonly from: bigint; readonly to: bigint }[] {
  return ranges.split(',').map((range) => {
    const [from = '', to = from] = range.split('-');
    return { from: BigInt(from), to: BigInt(to) };
  });
}

function timeOf(time: Parameters<typeof timestampDate>[0] | undefined): string {
  return time ? timestampDate(time).toISOString() : '';
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function text(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\n')}\n`);
}
