// Copies of everything that is held about a customer, and who has read it.
import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import type { PersonalDataRead } from '#gen/bank/audit/v1/audit_pb.ts';
import { AuditService, ListPersonalDataReadsResponseSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import {
  type PersonalDataExport,
  PersonalDataExportFormat,
  PersonalDataExportState,
} from '#gen/bank/security/v1/personal_data_export_pb.ts';
import {
  ListPersonalDataExportsResponseSchema,
  RequestPersonalDataExportResponseSchema,
  SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const OFFICER = { otherwise: 'staff:compliance' };

/** Has everything collected. */
export async function requestExport(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
): Promise<void> {
  const service = bank({ otherwise: 'staff:back-office' }).client(SecurityService);
  const answer = await service.requestPersonalDataExport({ requestId, validateOnly, customerId });
  await out.message(RequestPersonalDataExportResponseSchema, answer, () =>
    exportsText(answer.personalDataExport ? [answer.personalDataExport] : []),
  );
}

/** Lists the copies of a customer. */
export async function listExports({ bank, out }: Session, { limit }: ListOptions, customerId = ''): Promise<void> {
  const service = bank(OFFICER).client(SecurityService);
  const personalDataExports: PersonalDataExport[] = [];
  for await (const page of pagesOf((asked) => service.listPersonalDataExports({ ...asked, customerId }), limit)) {
    personalDataExports.push(...page.personalDataExports);
  }
  const answer = create(ListPersonalDataExportsResponseSchema, { personalDataExports });
  await out.message(ListPersonalDataExportsResponseSchema, answer, () => exportsText(personalDataExports));
}

/** Writes a copy into a file that is not there yet, for its owner alone to read. */
export async function readExport(
  { bank, out }: Session,
  { format: name }: { readonly format: string },
  exportId = '',
  file = '',
): Promise<void> {
  const service = bank(OFFICER).client(SecurityService);
  const format = name === 'pdf' ? PersonalDataExportFormat.PDF : PersonalDataExportFormat.JSON;
  let piece = await service.readPersonalDataExport({ exportId, format });
  const written = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw usage(`${file} cannot be written.`, error instanceof Error ? [error.message] : []);
  });
  let bytes = 0;
  try {
    for (;;) {
      await written.writeFile(piece.content);
      bytes += piece.content.length;
      if (piece.nextPageToken === '') break;
      piece = await service.readPersonalDataExport({ exportId, format, pageToken: piece.nextPageToken });
    }
  } finally {
    await written.close();
  }
  await out.document({ file, bytes }, () => `${bytes} bytes in ${file}`);
}

/** Lists who has read what. */
export async function listReads({ bank, out }: Session, { limit }: ListOptions, customerId = ''): Promise<void> {
  const service = bank(OFFICER).client(AuditService);
  const reads: PersonalDataRead[] = [];
  for await (const page of pagesOf((asked) => service.listPersonalDataReads({ ...asked, customerId }), limit)) {
    reads.push(...page.reads);
  }
  const answer = create(ListPersonalDataReadsResponseSchema, { reads });
  await out.message(ListPersonalDataReadsResponseSchema, answer, () =>
    table(
      ['when', 'who', 'what', 'stands for'],
      reads.map(({ occurTime, audience, own, rpc, oneIn }) => [
        time(occurTime),
        own ? 'the customer' : word(Audience, audience),
        rpc,
        String(oneIn),
      ]),
      ['stands for'],
    ),
  );
}

function exportsText(exports: readonly PersonalDataExport[]): Promise<string> {
  return table(
    ['export', 'state', 'asked', 'until', 'json', 'pdf'],
    exports.map((one) => [
      one.exportId,
      word(PersonalDataExportState, one.state),
      `${time(one.createTime)} by ${one.authorId}`,
      time(one.expireTime),
      String(one.jsonBytes),
      String(one.pdfBytes),
    ]),
    ['json', 'pdf'],
  );
}
