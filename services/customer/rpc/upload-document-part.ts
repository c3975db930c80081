import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  CustomerService as Contract,
  type CustomerService,
  type UploadDocumentPartRequest,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { insertPart, selectParts } from '../document-tables.ts';
import { hashContent, loadDocument, sealContent } from '../documents.ts';
import { isNewPart, receivedOf } from '../domain/documents.ts';
import { warmKey } from '../profile.ts';

/** Takes a part of a document. */
export function uploadDocumentPart(context: Context): Rpcs<typeof CustomerService>['uploadDocumentPart'] {
  return (request, call) =>
    context.commands.run(Contract.method.uploadDocumentPart, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => ({ receivedBytes: await take(context, tx, request) }),
    });
}

async function take({ vault }: Context, tx: CommandTx, request: UploadDocumentPartRequest): Promise<number> {
  const { customerId, offset, content } = request;
  const row = await loadDocument(tx, vault, request);
  const parts = await tx.query(selectParts(row));
  const part = { offset, sizeBytes: content.length, hash: hashContent(vault, content) };
  const isNew = isNewPart(row.sizeBytes, parts, part);
  if (isNew) await tx.execute(insertPart(row, { ...part, content: await sealContent(vault, customerId, content) }));
  const { id, version } = row;
  tx.record({
    resourceIds: [id, customerId],
    partyId: customerId,
    after: { version, offset, sizeBytes: content.length },
  });
  return receivedOf(parts) + (isNew ? content.length : 0);
}
