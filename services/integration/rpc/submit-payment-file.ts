import { createHash } from 'node:crypto';
import { type JsonObject, toJson } from '@bufbuild/protobuf';
import { sha256 } from '#chassis/digest.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  IntegrationService as Contract,
  type IntegrationService,
  type SubmitPaymentFileRequest,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { fileMessage, opened, PART_CONTEXT, principalOf } from '../payment-files.ts';
import { insertFile, keepPart, lockFilesOf, selectFileOfContent, selectPart, takeParts } from '../tables.ts';

/** Takes a file of payments, which is then read and carried out. */
export function submitPaymentFile(context: Context): Rpcs<typeof IntegrationService>['submitPaymentFile'] {
  const { commands, vault } = context;
  return (request, call) => {
    const actor = principalOf(call);
    const { partyId } = actor;
    return commands.run(Contract.method.submitPaymentFile, request, call, {
      prepare: async () => {
        if (request.content.length === 0) return digestsOf(context, request, partyId);
        const digest = sha256(request.content);
        const sealed = await vault.seal(partyId, PART_CONTEXT, request.content);
        return { contentDigest: digest, partDigests: [digest], sealed };
      },
      decide: async (tx, { contentDigest, partDigests, sealed }) => {
        await tx.query(lockFilesOf(partyId));
        const [known] = await tx.query(selectFileOfContent(partyId, contentDigest));
        if (known) throw refuse('PAYMENT_FILE_EXISTS', { payment_file_id: known.id });
        if (sealed) await tx.execute(keepPart(partyId, contentDigest, sealed));
        const taken = await tx.query(takeParts(partyId, partDigests));
        if (taken.length < new Set(partDigests.map(String)).size) throw refuse('PAYMENT_FILE_PART_NOT_FOUND');
        const of = { id: newId('pmf'), partyId, actor: toJson(ActorSchema, actor) as JsonObject };
        const [row] = await tx.query(insertFile({ ...of, contentDigest, partDigests }));
        if (!row) throw new Error('a file was not written');
        tx.record({ resourceIds: [row.id], partyId });
        return { paymentFile: fileMessage(row) };
      },
    });
  };
}

/** What is in the parts of a file, read one by one. */
async function digestsOf(context: Context, { partDigests }: SubmitPaymentFileRequest, partyId: string) {
  if (partDigests.length === 0) throw refuse('PAYMENT_FILE_EMPTY');
  const hash = createHash('sha256');
  const digests = partDigests.map((digest) => Buffer.from(digest, 'hex'));
  for (const digest of digests) {
    const [part] = await context.database.query(selectPart(partyId, digest));
    const content = part && (await opened(context, part.content, PART_CONTEXT));
    if (!content) throw refuse('PAYMENT_FILE_PART_NOT_FOUND', { part: digest.toString('hex') });
    hash.update(content);
  }
  return { contentDigest: hash.digest(), partDigests: digests, sealed: undefined };
}
