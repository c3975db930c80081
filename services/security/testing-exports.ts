// Exports for tests, as they are stored.
import { randomUUID } from 'node:crypto';
import { readConfig } from '#chassis/config.ts';
import { openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { type ServiceUnderTest, testEnvironment } from '#chassis/testing/service.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { ownVault } from './data-keys.ts';
import { type ExportRow, type Form, insertExport } from './export-tables.ts';
import { keepPieces } from './exports.ts';
import { unique } from './testing.ts';

/** An export that is stored, which no process collects. */
export async function anExport(
  { database: of, dataDir }: Pick<ServiceUnderTest<typeof SecurityService>, 'database' | 'dataDir'>,
  options: Partial<Pick<ExportRow, 'partyId' | 'state' | 'expireMs'>> & Partial<Record<Form, string>>,
): Promise<ExportRow> {
  const config = readConfig(testEnvironment(dataDir));
  const log = makeLog('test', 'silent');
  const settings = { entities: [], poolMax: 1, statementTimeoutMs: 10_000, log };
  await using database = await openDatabase({ url: of.runtimeUrl, service: 'security', ...settings });
  const createMs = Date.now();
  const { json = '', pdf = '', state = 'collecting', partyId = unique('cus_exported') } = options;
  const row: ExportRow = {
    id: `pde_${String(createMs).padStart(16, '0')}${randomUUID()}`,
    partyId,
    authorId: partyId,
    state,
    attempt: 1,
    createMs,
    readyMs: null,
    expireMs: options.expireMs ?? createMs + 3_600_000,
    jsonBytes: json.length,
    pdfBytes: pdf.length,
  };
  await database.query(insertExport(row));
  const vault = await ownVault({ config, database, log });
  if (json !== '') await keepPieces({ vault, database }, row, 'json', Buffer.from(json));
  if (pdf !== '') await keepPieces({ vault, database }, row, 'pdf', Buffer.from(pdf));
  await of.query(
    `update personal_data_export set state = $2, attempt = 1, lease_until = now() + interval '1 hour', json_bytes = $3, pdf_bytes = $4
     where id = $1`,
    [row.id, row.state, row.jsonBytes, row.pdfBytes],
  );
  return row;
}
