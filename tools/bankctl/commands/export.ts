import { open } from 'node:fs/promises';
import { toJsonString } from '@bufbuild/protobuf';
import { ExportFormat, type ExportManifest, ExportManifestSchema } from '#gen/bank/audit/v1/audit_pb.ts';
import { AuditService, type ExportAuditRecordsResponse } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { Exit, Failure, usage } from '../failure.ts';
import type { Session } from '../session.ts';
import { filterOf, type Search } from './audit.ts';

/** Writes the records of a search into a file, and what proves them into another beside it. */
export async function exportRecords(
  { bank, out }: Session,
  { format, ...search }: Omit<Search, 'limit'> & { readonly format: string },
  file = '',
): Promise<void> {
  const asked = { ...filterOf(search), format: format === 'csv' ? ExportFormat.CSV : ExportFormat.JSON_LINES };
  const service = bank({ otherwise: 'staff:auditor' }).client(AuditService);
  const manifest = await writeExport(() => service.exportAuditRecords(asked), file);
  await out.message(
    ExportManifestSchema,
    manifest,
    () => `${manifest.recordCount} records in ${file}, their proofs in ${file}.proofs.`,
  );
}

/** Writes an export, which is asked for when there are two new files for it, and answers what the bank says that it was. */
export async function writeExport(
  ask: () => AsyncIterable<ExportAuditRecordsResponse>,
  file: string,
): Promise<ExportManifest> {
  await using content = await create(file);
  await using proofs = await create(`${file}.proofs`);
  for await (const { part } of ask()) {
    if (part.case === 'content') await content.writeFile(part.value);
    else if (part.case === 'proofs') await proofs.writeFile(part.value);
    else if (part.case === 'manifest') {
      await proofs.writeFile(`${toJsonString(ExportManifestSchema, part.value)}\n`);
      return part.value;
    }
  }
  throw new Failure(Exit.UNREACHABLE, 'The export broke off. What is in the files is not all, and is not proved.');
}

/** A new file: an export takes the place of none. */
async function create(file: string) {
  try {
    return await open(file, 'wx');
  } catch (error) {
    throw usage(`${file} cannot be written.`, error instanceof Error ? [error.message] : []);
  }
}
