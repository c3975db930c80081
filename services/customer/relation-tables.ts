// The table of how customers stand to each other.
import { defineEntity, LockMode, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import { sealedColumn } from '#chassis/sealed-column.ts';
import type { Kind, Period } from './domain/relations.ts';

const RelationSchema = defineEntity({
  name: 'RelationRow',
  tableName: 'relation',
  properties: {
    id: p.text().primary(),
    kind: p.text().$type<Kind>(),
    customerId: p.text(),
    relatedCustomerId: p.text(),
    share: p.decimal().precision(5).scale(2).nullable(),
    validFrom: p.date(),
    validUntil: p.date().nullable(),
    version: p.integer(),
    authorId: p.text(),
    approverId: p.text(),
    remark: sealedColumn().nullable(),
    endRemark: sealedColumn().nullable(),
    endAuthorId: p.text(),
    createTime: p.datetime(),
    endTime: p.datetime().nullable(),
  },
});

/** How one customer stands to another. */
export class RelationRow extends RelationSchema.class {}
RelationSchema.setClass(RelationRow);

export const relationEntities = [RelationSchema];

/** The relations of a kind that a customer has on some day of a period. */
export function selectOverlapping(
  customerId: string,
  kind: Kind,
  { from, until }: Period,
): RawBuilder<Pick<RelationRow, 'relatedCustomerId'> & { share: string; from: string; until: string | null }> {
  return sql`
    select related_customer_id as "relatedCustomerId", coalesce(share, 0)::text as share,
      valid_from::text as "from", valid_until::text as until
    from relation
    where customer_id = ${customerId} and kind = ${kind} and valid_from < coalesce(${until}::date, 'infinity')
      and coalesce(valid_until, 'infinity') > ${from}::date and coalesce(valid_until, 'infinity') > valid_from
  `;
}

/** Who acts for a customer, and for whom they act, on a day or later; locked until the batch ends. */
export function lockRepresentations(tx: CommandTx, customerId: string, date: string): Promise<RelationRow[]> {
  return tx.em.find(
    RelationRow,
    {
      kind: { $in: ['guardian', 'power_of_attorney'] },
      $and: [
        { $or: [{ customerId }, { relatedCustomerId: customerId }] },
        { $or: [{ validUntil: null }, { validUntil: { $gt: date } }] },
      ],
    },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, refresh: true },
  );
}
