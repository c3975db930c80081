import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  CreateRelationResponseSchema,
  CustomerService,
  EndRelationResponseSchema,
  GrantRepresentationResponseSchema,
  ListRelationsResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { type Relation, RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

interface RelateOptions extends WriteOptions {
  readonly kind: string;
  readonly share?: string;
  readonly from?: string;
  readonly until?: string;
  readonly remark?: string;
}

/** Writes down what one customer is to another, by the RPC of its kind. */
export async function relate(
  { bank, out }: Session,
  options: RelateOptions,
  customerId = '',
  relatedCustomerId = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, share, from = '', until = '', remark = '' } = options;
  const kinds: Readonly<Record<string, RelationKind>> = RelationKind;
  const kind = kinds[options.kind.toUpperCase().replaceAll('-', '_')] ?? RelationKind.UNSPECIFIED;
  const service = bank().client(CustomerService);
  const between = { customerId, relatedCustomerId, kind, validFrom: from, validUntil: until };
  const request = { requestId, validateOnly, ...between, remark };
  const givesRights = kind === RelationKind.GUARDIAN || kind === RelationKind.POWER_OF_ATTORNEY;
  if (givesRights && share === undefined) {
    const answer = await service.grantRepresentation(request);
    await out.message(GrantRepresentationResponseSchema, answer, () => relationText(answer.relation));
    return;
  }
  // What has no share and is given one, the bank refuses.
  const answer = await service.createRelation({ ...request, share: share ?? '' });
  await out.message(CreateRelationResponseSchema, answer, () => relationText(answer.relation));
}

/** Ends a relation. */
export async function endRelation(
  { bank, out }: Session,
  options: WriteOptions & { readonly until?: string; readonly remark?: string },
  customerId = '',
  relationId = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, until = '', remark = '' } = options;
  const answer = await bank()
    .client(CustomerService)
    .endRelation({ requestId, validateOnly, customerId, relationId, validUntil: until, remark });
  await out.message(EndRelationResponseSchema, answer, () => relationText(answer.relation));
}

/** Lists the relations of a customer. */
export async function listRelations({ bank, out }: Session, { limit }: ListOptions, customerId = ''): Promise<void> {
  const service = bank().client(CustomerService);
  const relations: Relation[] = [];
  for await (const page of pagesOf((asked) => service.listRelations({ ...asked, customerId }), limit)) {
    relations.push(...page.relations);
  }
  await out.message(ListRelationsResponseSchema, create(ListRelationsResponseSchema, { relations }), () =>
    table(
      ['relation', 'kind', 'of', 'is', 'share', 'from', 'until'],
      relations.map((one) => [
        one.relationId,
        word(RelationKind, one.kind),
        one.customerId,
        one.relatedCustomerId,
        one.share,
        one.validFrom,
        one.validUntil,
      ]),
    ),
  );
}

function relationText(relation: Relation | undefined): string {
  if (!relation) return '';
  return fields([
    ['relation', relation.relationId],
    ['kind', word(RelationKind, relation.kind)],
    ['of', relation.customerId],
    ['is', relation.relatedCustomerId],
    ['share', relation.share],
    ['from', relation.validFrom],
    ['until', relation.validUntil],
    ['author', relation.authorId],
    ['approver', relation.approverId],
    ['remark', relation.remark],
    ['end remark', relation.endRemark],
  ]);
}
