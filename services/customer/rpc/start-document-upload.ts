import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  CustomerService as Contract,
  type CustomerService,
  type StartDocumentUploadRequest,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { DocumentScan } from '#gen/bank/customer/v1/document_pb.ts';
import { loadActive } from '../changes.ts';
import type { Context } from '../context.ts';
import { DocumentRow, dropStale } from '../document-tables.ts';
import { documentMessage, sealName } from '../documents.ts';
import { DOCUMENTS_MAX } from '../domain/documents.ts';
import { refuse } from '../domain/refusals.ts';
import { warmKey } from '../profile.ts';

/** Begins to upload a document, or another version of one. */
export function startDocumentUpload(context: Context): Rpcs<typeof CustomerService>['startDocumentUpload'] {
  return (request, call) =>
    context.commands.run(Contract.method.startDocumentUpload, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => ({ document: await start(context, tx, request, call) }),
    });
}

async function start({ vault }: Context, tx: CommandTx, request: StartDocumentUploadRequest, { principal }: Call) {
  const { customerId, documentId, kind, fileName, sizeBytes } = request;
  // Locked, so that no version is given twice.
  await loadActive(tx, vault, customerId);
  if ((await tx.em.count(DocumentRow, { customerId })) >= DOCUMENTS_MAX) throw refuse('DOCUMENTS_TOO_MANY');
  const find = { orderBy: { version: 'desc' } } as const;
  const last = documentId === '' ? null : await tx.em.findOne(DocumentRow, { id: documentId, customerId }, find);
  if (documentId !== '' && !last) throw refuse('DOCUMENT_NOT_FOUND');
  if (last && last.kind !== kind) throw refuse('DOCUMENT_KIND_FIXED');
  const row = tx.em.create(DocumentRow, {
    id: last?.id ?? newId('doc'),
    version: (last?.version ?? 0) + 1,
    customerId,
    kind,
    state: 'UPLOADING',
    fileName: await sealName(vault, customerId, fileName),
    sizeBytes,
    contentType: '',
    scan: DocumentScan.UNSPECIFIED,
    objectKey: '',
    authorId: principal?.partyId ?? '',
    createTime: new Date(),
  });
  // Written with this command, so that the next one of the batch finds it.
  tx.em.persist(row);
  await tx.em.flush();
  await tx.execute(dropStale());
  const { id, version } = row;
  tx.record({ resourceIds: [id, customerId], partyId: customerId, after: { version, fileName, sizeBytes } });
  return documentMessage(vault, row, 0);
}
