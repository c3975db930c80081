// The statements about news of products, and the consent to them.
import { type RawBuilder, sql } from 'kysely';
import type { Locale, Place } from './domain/words.ts';

/** The text of news in each language. */
export type NewsTexts = Readonly<Record<Locale, { readonly headline: string; readonly text: string }>>;

/** News as they are listed. */
export interface NewsRow {
  readonly id: string;
  readonly texts: NewsTexts;
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: number;
  readonly published: boolean;
  readonly toldCount: number;
  readonly reachedPartyId: string;
}

const NEWS = sql`
  id, texts, author_id as "authorId", approver_id as "approverId", published, told_count as "toldCount",
  reached_party_id as "reachedPartyId", floor(extract(epoch from create_time) * 1000)::float8 as "createMs"
`;

/** Keeps news that are to be told. */
export function insertNews({ id, texts, authorId, approverId, createMs }: NewsRow): RawBuilder<unknown> {
  return sql`
    insert into product_news (id, texts, author_id, approver_id, create_time)
    values (${id}, ${JSON.stringify(texts)}::jsonb, ${authorId}, ${approverId}, ${new Date(createMs)})
  `;
}

/** The newest news, before some. Ids are in the order of time. */
export function selectNews(before: string | undefined, limit: number): RawBuilder<NewsRow> {
  return sql<NewsRow>`
    select ${NEWS} from product_news ${before === undefined ? sql`` : sql`where id < ${before}`}
    order by id desc limit ${limit}
  `;
}

/** The texts of news. */
export function selectNewsTexts(id: string): RawBuilder<Pick<NewsRow, 'texts'>> {
  return sql<Pick<NewsRow, 'texts'>>`select texts from product_news where id = ${id}`;
}

/** News that not all were told yet. */
export function selectUnpublished(): RawBuilder<NewsRow> {
  return sql<NewsRow>`select ${NEWS} from product_news where not published order by id limit 1`;
}

/** Locks news, if nobody else is telling them. */
export function lockNews(id: string): RawBuilder<NewsRow> {
  return sql<NewsRow>`select ${NEWS} from product_news where id = ${id} for update skip locked`;
}

/** The next customers, in the order of their ids, who have consented to news of products. */
export function selectConsenting(after: string, limit: number): RawBuilder<{ partyId: string }> {
  return sql<{ partyId: string }>`
    select party_id as "partyId" from preference where wants_news and party_id > ${after} order by party_id limit ${limit}
  `;
}

/** How far telling news has come. */
export function moveNews(id: string, reached: string, told: number, published: boolean): RawBuilder<unknown> {
  return sql`
    update product_news set reached_party_id = ${reached}, told_count = told_count + ${told}, published = ${published}
    where id = ${id}
  `;
}

/** Writes down that consent was given, or withdrawn. */
export function insertConsents(
  rows: readonly { partyId: string; place: Place; version: number; given: boolean; time: Date }[],
): RawBuilder<unknown> {
  const values = rows.map(
    ({ partyId, place, version, given, time }) => sql`(${partyId}, ${place}, ${version}::int, ${given}, ${time})`,
  );
  return sql`insert into consent (party_id, place, version, given, change_time) values ${sql.join(values)}`;
}

/** The consent that somebody last gave or withdrew for a way. */
export function selectConsent(partyId: string, place: Place): RawBuilder<{ given: boolean; time: Date }> {
  return sql<{ given: boolean; time: Date }>`
    select given, change_time as time from consent where party_id = ${partyId} and place = ${place}
    order by version desc limit 1
  `;
}
