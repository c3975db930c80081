// The tables of screening: the lists, and who is like those on them.
import { defineEntity, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import { sealedColumn } from '#chassis/sealed-column.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { ListWord } from './domain/sanctions-entry.ts';

const HitSchema = defineEntity({
  name: 'SanctionsHitRow',
  tableName: 'sanctions_hit',
  properties: {
    id: p.text().primary(),
    customerId: p.text(),
    screenedCustomerId: p.text(),
    relationId: p.text(),
    list: p.text().$type<ListWord>(),
    entryNumber: p.text(),
    matchedName: p.text(),
    score: p.integer(),
    basis: p.blob().$type<Buffer>(),
    state: p.text().$type<'OPEN' | 'CLEARED' | 'CONFIRMED' | 'LAPSED'>(),
    version: p.integer(),
    authorId: p.text(),
    approverId: p.text(),
    reason: sealedColumn().nullable(),
    createTime: p.datetime(),
    updateTime: p.datetime(),
  },
});

/** That a customer, or one who stands in a relation to them, is like a listed party. */
export class SanctionsHitRow extends HitSchema.class {}
HitSchema.setClass(SanctionsHitRow);

const ListVersionSchema = defineEntity({
  name: 'SanctionsListVersionRow',
  tableName: 'sanctions_list_version',
  properties: {
    list: p.text().$type<ListWord>().primary(),
    version: p.integer().primary(),
    importNumber: p.integer(),
    fileDigests: p.array(),
    entryCount: p.integer(),
    nameCount: p.integer(),
    addedCount: p.integer(),
    changedCount: p.integer(),
    removedCount: p.integer(),
    authorId: p.text(),
    createTime: p.datetime(),
  },
});

/** A version of a list. */
export class SanctionsListVersionRow extends ListVersionSchema.class {}
ListVersionSchema.setClass(SanctionsListVersionRow);

export const screeningEntities = [HitSchema, ListVersionSchema];

/** Keeps a part of a file, and forgets those that nobody imported within a day. */
export function keepPart(digest: Buffer, content: Buffer): RawBuilder<unknown> {
  return sql`
    with old as (delete from sanctions_part where create_time < now() - interval '1 day' and digest <> ${digest})
    insert into sanctions_part (digest, content, create_time) values (${digest}, ${content}, now()) on conflict do nothing
  `;
}

/** Parts of files. */
export function selectParts(digests: readonly Buffer[]): RawBuilder<{ digest: Buffer; content: Buffer }> {
  return sql`select digest, content from sanctions_part where digest = any(${sqlArray(digests)}::bytea[])`;
}

/** Forgets parts that were imported. */
export function dropParts(digests: readonly Buffer[]): RawBuilder<unknown> {
  return sql`delete from sanctions_part where digest = any(${sqlArray(digests)}::bytea[])`;
}

/** Makes this the only import until the transaction ends. */
export function lockLists(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(7239481)`;
}

/** What is on a list now, by its digests. */
export function selectDigests(list: ListWord): RawBuilder<{ entryNumber: string; digest: Buffer }> {
  return sql`
    select entry_number as "entryNumber", digest from sanctions_entry where list = ${list} and until_version is null
  `;
}

/** Ends parties with the version of their list that has them no more, or otherwise. */
export function endEntries(list: ListWord, version: number, entryNumbers: readonly string[]): RawBuilder<unknown> {
  return sql`
    update sanctions_entry set until_version = ${version}
    where list = ${list} and until_version is null and entry_number = any(${sqlArray(entryNumbers)}::text[])
  `;
}

/** A party as it is written. */
export interface EntryRow {
  readonly list: ListWord;
  readonly entryNumber: string;
  readonly version: number;
  readonly digest: Buffer;
  readonly entry: Buffer;
}

/** Writes parties down. */
export function insertEntries(rows: readonly EntryRow[]): RawBuilder<unknown> {
  return sql`
    insert into sanctions_entry (list, entry_number, from_version, digest, entry)
    select * from unnest(
      ${sqlArray(rows.map(({ list }) => list))}::text[],
      ${sqlArray(rows.map(({ entryNumber }) => entryNumber))}::text[],
      ${sqlArray(rows.map(({ version }) => version))}::integer[],
      ${sqlArray(rows.map(({ digest }) => digest))}::bytea[],
      ${sqlArray(rows.map(({ entry }) => entry))}::bytea[]
    )
  `;
}

/** The generation of the lists: 1 + how many versions there are. */
export function selectGeneration(): RawBuilder<{ generation: number }> {
  return sql`select 1 + coalesce(max(import_number), 0) as generation from sanctions_list_version`;
}

/** All parties on the lists of a generation. */
export function selectEntries(generation: number): RawBuilder<{ entry: Buffer }> {
  return sql`
    with last as (
      select list, max(version) as version from sanctions_list_version where import_number < ${generation} group by list
    )
    select e.entry from sanctions_entry e join last using (list)
    where e.from_version <= last.version and coalesce(e.until_version > last.version, true)
    order by e.list, e.entry_number
  `;
}

/** Parties by list and number, each as the newest version that has it. */
export function selectEntriesOf(of: readonly { list: ListWord; entryNumber: string }[]): RawBuilder<{ entry: Buffer }> {
  return sql`
    select distinct on (e.list, e.entry_number) e.entry
    from unnest(
      ${sqlArray(of.map(({ list }) => list))}::text[], ${sqlArray(of.map(({ entryNumber }) => entryNumber))}::text[]
    ) as asked (list, entry_number) join sanctions_entry e using (list, entry_number)
    order by e.list, e.entry_number, e.from_version desc
  `;
}

/** A customer who is to be screened, and by which generation they were: 0, they were changed; -1, somebody related to them was. */
export interface Unscreened {
  readonly id: string;
  readonly generation: number;
}

/** Customers after a place, so many at most, who are to be screened by a generation of the lists: first those who were changed. */
export function selectUnscreened(generation: number, after: Unscreened, limit: number): RawBuilder<Unscreened> {
  return sql<Unscreened>`
    select id, screened_generation as generation from customer
    where screened_generation < ${generation}
      and (screened_generation, id) > (${after.generation}::integer, ${after.id}::text collate "C")
    order by screened_generation, id limit ${limit}
  `;
}

/** How many are to be screened, counted up to a limit. */
export function countUnscreened(generation: number, limit: number): RawBuilder<{ count: number }> {
  return sql`
    select count(*)::int as count from (
      select from customer where screened_generation < ${generation} limit ${limit}
    ) unscreened
  `;
}

/** Has those screened again to whom the given customers stand in a relation. */
export function markRelated(ids: readonly string[]): RawBuilder<unknown> {
  return sql`
    update customer c set screening_mark = c.screening_mark + 1, screened_generation = least(c.screened_generation, -1)
    from (
      select id from customer where id in (
        select customer_id from relation where related_customer_id = any(${sqlArray(ids)}::text[])
      ) order by id for no key update
    ) related
    where c.id = related.id and c.screened_generation <> 0
  `;
}

/** Has a customer screened and assessed again, since a relation of theirs is another. */
export function markCustomer(id: string): RawBuilder<unknown> {
  return sql`
    update customer set screening_mark = screening_mark + 1, assessed_version = 0,
      screened_generation = case screened_generation when 0 then 0 else -1 end
    where id = ${id}
  `;
}

/** Says that customers were screened by a generation, unless they were changed meanwhile; answers those who were not. */
export function markScreened(
  generation: number,
  screened: readonly { id: string; mark: string }[],
): RawBuilder<{ id: string }> {
  return sql`
    update customer c set screened_generation = ${generation}
    from (
      select c.id from unnest(
        ${sqlArray(screened.map(({ id }) => id))}::text[], ${sqlArray(screened.map(({ mark }) => mark))}::bigint[]
      ) as given (id, mark) join customer c on c.id = given.id and c.screening_mark = given.mark
      where c.screened_generation < ${generation} order by c.id for no key update of c
    ) as still
    where c.id = still.id returning c.id
  `;
}

/** Forgets by what of a customer hits were found: a hash of their name. */
export function forgetBases(customerId: string): RawBuilder<unknown> {
  return sql`
    update sanctions_hit set basis = '' where customer_id = ${customerId} or screened_customer_id = ${customerId}
  `;
}
