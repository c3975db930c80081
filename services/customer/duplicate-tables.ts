// The statements by which customers are found who may be one and the same: by the keyed hashes of what they share.
import { type RawBuilder, sql } from 'kysely';

/** Two customers who share something. */
export interface PairRow {
  readonly customerId: string;
  readonly otherId: string;
}

const OTHERS_MAX = 20;

/** Active customers after an id, in the order of their ids. */
export function selectActive(after: string, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from customer where state = 'active' and id > ${after} order by id limit ${limit}
  `;
}

/** Of these customers, those who came later and have a name, a contact or an identifier in common with them. */
export function selectSharing(ids: readonly string[]): RawBuilder<PairRow> {
  return sql<PairRow>`
    select c.id as "customerId", o.id as "otherId"
    from unnest(${ids}::text[]) as c (id)
    cross join lateral (
      select other.customer_id as id, count(*) as shared
      from customer_search own join customer_search other on other.purpose = own.purpose and other.hash = own.hash
      where own.customer_id = c.id and own.purpose <> 'name_gram' and other.customer_id > c.id and ${isOpen('c.id')}
      group by 1 order by shared desc, id limit ${OTHERS_MAX}
    ) o
    order by 1, 2
  `;
}

/** Who has something in common with a customer, be it half of the parts of a name; first those who share most. */
export function selectSharingWith(id: string): RawBuilder<PairRow> {
  return sql<PairRow>`
    select ${id}::text as "customerId", other.customer_id as "otherId"
    from customer_search own join customer_search other on other.purpose = own.purpose and other.hash = own.hash
    where own.customer_id = ${id} and other.customer_id <> ${id} and ${isOpen('own.customer_id')}
    group by other.customer_id
    having count(*) filter (where own.purpose <> 'name_gram') > 0 or 2 * count(*) >= (
      select count(*) from customer_search where customer_id = ${id} and purpose = 'name_gram'
    )
    order by count(*) filter (where own.purpose <> 'name_gram') desc, count(*) desc, 2 limit ${5 * OTHERS_MAX}
  `;
}

/** Whether the other is active, and nobody has said that the two are not the same. */
function isOpen(one: string): RawBuilder<unknown> {
  const id = sql.ref(one);
  return sql`exists (select from customer x where x.id = other.customer_id and x.state = 'active') and not exists (
    select from dismissed_duplicate d
    where d.customer_id = least(${id}, other.customer_id) and d.other_customer_id = greatest(${id}, other.customer_id)
  )`;
}

/** Notes that two customers are not the same. */
export function insertDismissed(one: string, other: string, authorId: string): RawBuilder<unknown> {
  const [first, second] = one < other ? [one, other] : [other, one];
  return sql`
    insert into dismissed_duplicate (customer_id, other_customer_id, author_id) values (${first}, ${second}, ${authorId})
    on conflict do nothing
  `;
}

/** The most that is listed of one customer. */
export const LISTED_MAX = OTHERS_MAX;
