// The statements about customers who were merged into others.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';

/** That one customer was merged into another. */
export interface MergeRow {
  /** Who survives. */
  readonly customerId: string;
  readonly mergedCustomerId: string;
}

/** Writes down that a customer was merged into another. */
export function insertMerge(
  mergedCustomerId: string,
  { authorId, approverId }: { readonly authorId: string; readonly approverId: string },
): RawBuilder<unknown> {
  return sql`
    insert into customer_merge (merged_customer_id, author_id, approver_id) values (${mergedCustomerId}, ${authorId}, ${approverId})
  `;
}

/** Makes the survivor's what is of who was merged. */
export function moveBelongings(mergedCustomerId: string): RawBuilder<unknown> {
  return sql`select merge_customer(${mergedCustomerId})`;
}

/** Merges that are to be told again: so many at most of those before a time, locked, and no others' who tells them now. */
export function lockUntold(before: Date, limit: number): RawBuilder<MergeRow> {
  return sql<MergeRow>`
    select c.merged_into_id as "customerId", c.id as "mergedCustomerId"
    from customer_merge m join customer c on c.id = m.merged_customer_id
    where not m.told_again and m.merge_time < ${before} order by m.merge_time limit ${limit} for update of m skip locked
  `;
}

/** Marks a merge as told again. */
export function markToldAgain(mergedCustomerId: string): RawBuilder<unknown> {
  return sql`update customer_merge set told_again = true where merged_customer_id = ${mergedCustomerId}`;
}

/** Into whom customers were merged, and into whom those were in turn: others than these. */
export function selectSurvivors(ids: readonly string[]): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    with recursive way as (
      select merged_into_id as id from customer where id = any(${sqlArray(ids)}::text[]) and merged_into_id is not null
      union select c.merged_into_id from way join customer c on c.id = way.id where c.merged_into_id is not null
    )
    select id from way where id <> all(${sqlArray(ids)}::text[]) order by id
  `;
}

/** Of whom customers are made: themselves, and all who were merged into them. */
export function selectParts(ids: readonly string[]): RawBuilder<{ id: string; partId: string }> {
  return sql<{ id: string; partId: string }>`
    with recursive part as (
      select id collate "C" as id, id collate "C" as part_id from unnest(${sqlArray(ids)}::text[]) as one (id)
      union select part.id, c.id from part join customer c on c.merged_into_id = part.part_id
    )
    select id, part_id as "partId" from part
  `;
}

/** How two customers stand to each other, and to others, on a day or later: what keeps them two. */
export function selectObstacles(
  { customerId, mergedCustomerId }: MergeRow,
  date: string,
): RawBuilder<{ related: boolean; shared: boolean; erasing: boolean; restricted: boolean }> {
  const both = sql`(${customerId}, ${mergedCustomerId})`;
  const lasts = sql`coalesce(valid_until, 'infinity') > greatest(valid_from, ${date}::date)`;
  return sql`
    with lasting as (
      select kind, customer_id, related_customer_id, valid_from, coalesce(valid_until, 'infinity') as valid_until
      from relation where ${lasts} and (customer_id in ${both} or related_customer_id in ${both})
    )
    select
      exists (select from lasting where customer_id in ${both} and related_customer_id in ${both}) as related,
      exists (
        select from lasting one join lasting other on other.kind = one.kind
          and one.valid_from < other.valid_until and other.valid_from < one.valid_until
          and (
            one.customer_id = ${customerId} and other.customer_id = ${mergedCustomerId}
              and one.related_customer_id = other.related_customer_id
            or one.related_customer_id = ${customerId} and other.related_customer_id = ${mergedCustomerId}
              and one.customer_id = other.customer_id
          )
      ) as shared,
      exists (select from erasure_request where customer_id in ${both} and state = 1) as erasing,
      exists (
        select from sanctions_hit where customer_id in ${both} and state in ('OPEN', 'CONFIRMED')
      ) or exists (select from customer where id in ${both} and restricted) as restricted
  `;
}

/** The shares of a customer that are owned on some day from a day on, with their days. */
export function selectShares(
  customerId: string,
  date: string,
): RawBuilder<{ share: string; from: string; until: string | null }> {
  return sql`
    select share::text as share, valid_from::text as "from", valid_until::text as until from relation
    where customer_id = ${customerId} and kind = 'beneficial_owner' and share is not null
      and coalesce(valid_until, 'infinity') > greatest(valid_from, ${date}::date)
  `;
}
