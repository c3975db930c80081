import { fileTypeFromBuffer } from 'file-type';
import type { CommandTx } from '#chassis/command.ts';
import { sha256 } from '#chassis/digest.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  CustomerService as Contract,
  type CustomerService,
  type FinishDocumentUploadRequest,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { DocumentScan } from '#gen/bank/customer/v1/document_pb.ts';
import type { Context } from '../context.ts';
import { DocumentRow, dropParts } from '../document-tables.ts';
import { assembled, documentMessage, hashContent, loadDocument, sealContent, storeOf } from '../documents.ts';
import { checkedType } from '../domain/documents.ts';
import { refuse } from '../domain/refusals.ts';
import { warmKey } from '../profile.ts';

/** What is known of a document before it is stored for good. */
interface Prepared {
  readonly contentType: string;
  readonly scan: DocumentScan;
  readonly objectKey: string;
}

/** Stores a document all of whose parts have come. */
export function finishDocumentUpload(context: Context): Rpcs<typeof CustomerService>['finishDocumentUpload'] {
  return (request, call) =>
    context.commands.run(Contract.method.finishDocumentUpload, request, call, {
      prepare: () => prepare(context, request),
      decide: async (tx, prepared) => ({ document: await finish(context, tx, request, prepared) }),
    });
}

/** Looks at the whole, and writes it to the object store. Whoever dies after that writes it again, and finds that it is there. */
async function prepare(context: Context, request: FinishDocumentUploadRequest): Promise<Prepared | undefined> {
  const { customerId, documentId: id, version, digest, validateOnly } = request;
  const { vault, scanner } = context;
  await warmKey(context, customerId);
  const row = await context.database.orm.em.fork().findOne(DocumentRow, { id, version, customerId });
  // What is not there, or is stored, is refused under its lock.
  if (row?.state !== 'UPLOADING') return undefined;
  const content = await assembled(context, row);
  if (content.length < row.sizeBytes) throw refuse('DOCUMENT_INCOMPLETE', { received_bytes: String(content.length) });
  if (sha256(content).toString('hex') !== digest) throw refuse('DOCUMENT_DIGEST_MISMATCH');
  const contentType = checkedType((await fileTypeFromBuffer(content))?.mime);
  const found = await scanner.scan(content);
  if (found === 'infected') throw refuse('DOCUMENT_INFECTED');
  // By what is in it, so that nothing else can be under its key, whoever wrote it.
  const objectKey = `documents/${customerId}/${id}/${version}-${hashContent(vault, content).toString('hex')}`;
  const objects = await storeOf(context, customerId);
  if (!validateOnly) await objects?.putIfAbsent(objectKey, await sealContent(vault, customerId, content));
  return {
    contentType,
    objectKey,
    scan: found === 'clean' ? DocumentScan.CLEAN : DocumentScan.NOT_SCANNED,
  };
}

async function finish(
  { vault }: Context,
  tx: CommandTx,
  request: FinishDocumentUploadRequest,
  prepared: Prepared | undefined,
) {
  const { customerId } = request;
  const row = await loadDocument(tx, vault, request);
  // It was begun after it was looked for.
  if (!prepared) throw refuse('DOCUMENT_INCOMPLETE', { received_bytes: '0' });
  Object.assign(row, { ...prepared, state: 'STORED', storeTime: new Date() });
  await tx.em.flush();
  await tx.execute(dropParts(row));
  const { id, version } = row;
  tx.record({
    resourceIds: [id, customerId],
    partyId: customerId,
    after: { version, contentType: prepared.contentType, scan: prepared.scan },
  });
  return documentMessage(vault, row, row.sizeBytes);
}
