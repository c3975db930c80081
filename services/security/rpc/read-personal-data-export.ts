import type { Rpcs } from '#chassis/serve.ts';
import { PersonalDataExportFormat } from '#gen/bank/security/v1/personal_data_export_pb.ts';
import {
  ReadPersonalDataExportRequestSchema,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { exportOf, piecesOf, readPiece } from '../exports.ts';

/** Reads an export, piece by piece. */
export function readPersonalDataExport(context: Context): Rpcs<typeof SecurityService>['readPersonalDataExport'] {
  const { pages } = context;
  return async (request) => {
    // Every piece is as large as it is.
    const paged = { ...request, pageSize: 0 };
    const { after } = pages.read(ReadPersonalDataExportRequestSchema, paged);
    const row = await exportOf(context, request.exportId);
    const isOver = row.expireMs <= context.now().getTime();
    if (row.state !== 'ready' || isOver) throw refuse('PERSONAL_DATA_EXPORT_NOT_READY');
    const index = Number(after?.[0] ?? 0);
    const isJson = request.format === PersonalDataExportFormat.JSON;
    const content = await readPiece(context, row, isJson ? 'json' : 'pdf', index);
    if (!content) throw refuse('PERSONAL_DATA_EXPORT_NOT_READY');
    const isLast = index + 1 >= piecesOf(isJson ? row.jsonBytes : row.pdfBytes);
    const nextPageToken = isLast ? '' : pages.next(ReadPersonalDataExportRequestSchema, paged, [String(index + 1)]);
    return { content, nextPageToken };
  };
}
