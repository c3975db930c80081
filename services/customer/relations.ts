// How customers stand to each other: written down, ended, shown.

import { create, type JsonObject, toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { LockMode } from '@mikro-orm/core';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { readDate } from '#chassis/dates.ts';
import { newId } from '#chassis/id.ts';
import type { Vault } from '#chassis/sealing.ts';
import type { CreateRelationRequest } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { type Relation, RelationSchema } from '#gen/bank/customer/v1/relation_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import {
  checkPossible,
  checkShares,
  kindMessage,
  kindWord,
  periodOf,
  readShare,
  shareText,
} from './domain/relations.ts';
import { publishRelation } from './events.ts';
import { RelationRow, selectOverlapping } from './relation-tables.ts';
import { CustomerRow } from './tables.ts';
import { markChanged } from './versions.ts';

const REMARK_CONTEXT = 'relation.remark';

/** What either RPC that writes a relation down is asked. */
export type Asked = Pick<
  CreateRelationRequest,
  'customerId' | 'relatedCustomerId' | 'kind' | 'validFrom' | 'validUntil' | 'remark' | 'share'
>;

/** Writes a relation down. */
export async function writeRelation(
  { vault, today }: Context,
  tx: CommandTx,
  asked: Asked,
  { principal }: Call,
): Promise<Relation> {
  const { customerId, relatedCustomerId, remark } = asked;
  const kind = kindWord(asked.kind);
  const parts = readShare(kind, asked.share);
  const from = readDate('valid_from', asked.validFrom);
  const period = periodOf(from, readDate('valid_until', asked.validUntil), today());
  // Both locked, so that no two relations of theirs are written at the same time.
  const [customer, related] = await lockActive(tx, [customerId, relatedCustomerId]);
  checkPossible(kind, customer, related);
  const others = await tx.query(selectOverlapping(customerId, kind, period));
  if (others.some((one) => one.relatedCustomerId === relatedCustomerId)) throw refuse('RELATION_EXISTS');
  if (parts > 0n) checkShares(parts, period, others);
  const row = tx.em.create(RelationRow, {
    id: newId('rel'),
    kind,
    customerId,
    relatedCustomerId,
    share: parts > 0n ? shareText(parts) : null,
    validFrom: period.from,
    validUntil: period.until,
    version: 1,
    authorId: principal?.partyId ?? '',
    approverId: principal?.approverId ?? '',
    remark: await sealRemark(vault, customerId, remark),
    endAuthorId: '',
    createTime: new Date(),
  });
  // Written with this command, so that the next one of the batch sees it.
  tx.em.persist(row);
  markChanged(customer);
  publishRelation(tx, 'created', row);
  return recorded(vault, tx, row, principal);
}

/** Records what a command made of a relation, and answers it. */
export async function recorded(
  vault: Vault,
  tx: CommandTx,
  row: RelationRow,
  principal: Actor | undefined,
  before?: Relation,
): Promise<Relation> {
  const relation = await relationMessage(vault, row, principal);
  tx.record({
    resourceIds: [row.id, row.customerId, row.relatedCustomerId],
    partyId: row.customerId,
    ...(before && { before: toJson(RelationSchema, before) as JsonObject }),
    after: toJson(RelationSchema, relation) as JsonObject,
  });
  return relation;
}

/** Seals a remark about a relation under the key of its customer. */
export async function sealRemark(vault: Vault, customerId: string, remark: string): Promise<Sealed | null> {
  return remark === '' ? null : vault.seal(customerId, REMARK_CONTEXT, Buffer.from(remark));
}

/** The message of a relation, as it is shown to a principal: to customers without the names and the words of staff. */
export async function relationMessage(vault: Vault, row: RelationRow, principal: Actor | undefined): Promise<Relation> {
  const { authorId, approverId, endAuthorId } = row;
  const open = async (sealed: Sealed | null | undefined) =>
    (sealed && (await vault.open(sealed, REMARK_CONTEXT)))?.toString() ?? '';
  return create(RelationSchema, {
    relationId: row.id,
    kind: kindMessage(row.kind),
    customerId: row.customerId,
    relatedCustomerId: row.relatedCustomerId,
    share: row.share ?? '',
    validFrom: row.validFrom,
    validUntil: row.validUntil ?? '',
    createTime: timestampFromDate(row.createTime),
    ...(row.endTime && { endTime: timestampFromDate(row.endTime) }),
    ...(principal?.audience === Audience.STAFF && {
      authorId,
      approverId,
      endAuthorId,
      remark: await open(row.remark),
      endRemark: await open(row.endRemark),
    }),
  });
}

/** Two active customers, locked in the order of their ids until the batch ends; the same twice where it is one. */
async function lockActive(tx: CommandTx, ids: readonly [string, string]): Promise<[CustomerRow, CustomerRow]> {
  const rows = await tx.em.find(
    CustomerRow,
    { id: { $in: [...ids] } },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, refresh: true },
  );
  const [customer, related] = ids.map((id) => rows.find((row) => row.id === id));
  if (!customer || !related) throw refuse('CUSTOMER_NOT_FOUND');
  if (customer.state !== 'active' || related.state !== 'active') throw refuse('CUSTOMER_DEACTIVATED');
  return [customer, related];
}
