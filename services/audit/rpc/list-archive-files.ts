import { create, type DescMessage, fromJsonString, type MessageShape } from '@bufbuild/protobuf';
import { sha256 } from '#chassis/digest.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, ListArchiveFilesRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { ArchiveDisposalSchema, ArchiveFileSchema } from '#gen/bank/audit/v1/keeping_pb.ts';
import { ARCHIVE, dataKey, disposalKey, statementKey } from '../archive.ts';
import type { Context } from '../context.ts';

const PAGE_MAX = 20;
/** A file has so many objects: its records, and what is signed of it. */
const OBJECTS_MAX = 3;

/** Lists the files of the archive, each held to what was signed of it by whoever asked. */
export function listArchiveFiles({ objects, pages }: Context): Rpcs<typeof AuditService>['listArchiveFiles'] {
  async function read<D extends DescMessage>(schema: D, key: string): Promise<MessageShape<D> | undefined> {
    const bytes = await objects.get(key);
    try {
      return bytes && fromJsonString(schema, bytes.toString());
    } catch {
      // What cannot be read is not signed: it is shown without.
      return create(schema);
    }
  }

  async function listed(key: string) {
    const [file, disposal, bytes] = await Promise.all([
      read(ArchiveFileSchema, statementKey(key)),
      read(ArchiveDisposalSchema, disposalKey(key)),
      objects.get(key),
    ]);
    // What is under this key is what it has to be, whatever is written there.
    return {
      file: { ...(file ?? create(ArchiveFileSchema)), key },
      ...(disposal && { disposal: { ...disposal, key } }),
      ...(bytes && { foundDigest: sha256(bytes) }),
    };
  }

  return async (request) => {
    const { size, after } = pages.read(ListArchiveFilesRequestSchema, request);
    const most = Math.min(size, PAGE_MAX);
    const keys = await objects.list(ARCHIVE, { after: after?.[0] ?? '', limit: most * OBJECTS_MAX });
    const files = [...new Set(keys.map(dataKey))].slice(0, most);
    const last = files.at(-1);
    const isAll = keys.length < most * OBJECTS_MAX && new Set(keys.map(dataKey)).size <= most;
    return {
      files: await Promise.all(files.map(listed)),
      nextPageToken: last && !isAll ? pages.next(ListArchiveFilesRequestSchema, request, [last]) : '',
    };
  };
}
