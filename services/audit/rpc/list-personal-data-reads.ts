import { create } from '@bufbuild/protobuf';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditRecord, RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import {
  type AuditService,
  ListAuditRecordsRequestSchema,
  ListPersonalDataReadsRequestSchema,
} from '#gen/bank/audit/v1/audit_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { rulesByPath } from '#gen/bank/rules.ts';
import type { Context } from '../context.ts';
import { recordMessage } from '../messages.ts';
import { pageOf, searchOf, searchRecords } from '../records.ts';

/** Lists who has read personal data of a customer. */
export function listPersonalDataReads(context: Context): Rpcs<typeof AuditService>['listPersonalDataReads'] {
  const { pages } = context;
  return async (request) => {
    const { customerId } = request;
    const { size, after } = pages.read(ListPersonalDataReadsRequestSchema, request);
    const wanted = create(ListAuditRecordsRequestSchema, {
      resourceId: customerId,
      kind: RecordKind.PERSONAL_DATA_READ,
    });
    const search = await searchOf(context, wanted);
    const page = pageOf(await searchRecords(context, search, { after, limit: size }), (rows) => rows);
    return {
      reads: page.rows.map(recordMessage).flatMap((record) => shown(record, customerId)),
      nextPageToken: page.after ? pages.next(ListPersonalDataReadsRequestSchema, request, page.after) : '',
    };
  };
}

/** A read as it is told to whom it was about. Of what they are not told of, they are not told that it was read either. */
function shown({ occurTime, rpc, actor, oneIn }: AuditRecord, customerId: string) {
  if (rulesByPath.get(rpc)?.disclosure === 'WITHHELD') return [];
  const audience = actor?.audience ?? Audience.UNSPECIFIED;
  return [{ ...(occurTime && { occurTime }), rpc, audience, own: actor?.partyId === customerId, oneIn }];
}
