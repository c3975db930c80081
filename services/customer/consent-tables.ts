// The statements about consents and their texts.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import {
  type Consent,
  type ConsentChannel,
  type ConsentPurpose,
  ConsentSchema,
  type ConsentText,
  ConsentTextSchema,
} from '#gen/bank/customer/v1/consent_pb.ts';

/** A text as it is stored. */
export interface TextRow {
  readonly purpose: ConsentPurpose;
  readonly version: number;
  /** Language → text. */
  readonly wordings: Readonly<Record<string, string>>;
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: number;
}

/** What a customer said, as it is stored. */
export interface ConsentRow {
  readonly customerId: string;
  readonly purpose: ConsentPurpose;
  readonly version: number;
  readonly given: boolean;
  readonly textVersion: number;
  readonly channel: ConsentChannel;
  readonly authorId: string;
  readonly changeMs: number;
  /** Where the page after it begins. */
  readonly place: string;
}

/** Before no version. */
export const NEWEST = 2 ** 31 - 1;

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);
const CONSENT = sql`customer_id as "customerId", purpose, version, given, text_version as "textVersion", channel,
  author_id as "authorId", ${ms('change_time')} as "changeMs", change_time::text as place`;

/** The texts for a purpose up to before a version, newest first. */
export function selectTexts(purpose: ConsentPurpose, before: number, limit: number): RawBuilder<TextRow> {
  return sql<TextRow>`
    select purpose, version, wordings, author_id as "authorId", approver_id as "approverId", ${ms('create_time')} as "createMs"
    from consent_text where purpose = ${purpose} and version < ${before} order by version desc limit ${limit}
  `;
}

/** Two who publish texts for a purpose wait for each other, and who consents for them. */
export function lockTexts(purpose: ConsentPurpose): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`consent text ${purpose}`}, 0))`;
}

/** Puts a text in force. */
export function insertText(row: TextRow): RawBuilder<unknown> {
  return sql`
    insert into consent_text (purpose, version, wordings, author_id, approver_id, create_time)
    values (${row.purpose}, ${row.version}, ${JSON.stringify(row.wordings)}::jsonb, ${row.authorId}, ${row.approverId},
      ${new Date(row.createMs)})
  `;
}

/** What customers last said about a purpose. */
export function selectLast(customerIds: readonly string[], purpose: ConsentPurpose): RawBuilder<ConsentRow> {
  return sql<ConsentRow>`
    select distinct on (customer_id) ${CONSENT} from consent
    where customer_id = any(${sqlArray(customerIds)}::text[]) and purpose = ${purpose}
    order by customer_id, version desc
  `;
}

/** What a customer said, newest first, after a place. */
export function selectConsents(
  customerId: string,
  after: readonly string[] | undefined,
  limit: number,
): RawBuilder<ConsentRow> {
  const [time = '', purpose = '', version = ''] = after ?? [];
  const isAfter = sql`and (change_time, purpose, version) < (${time}::timestamptz, ${Number(purpose)}, ${Number(version)})`;
  return sql<ConsentRow>`
    select ${CONSENT} from consent where customer_id = ${customerId} ${after ? isAfter : sql``}
    order by change_time desc, purpose desc, version desc limit ${limit}
  `;
}

/** Writes down what a customer said. */
export function insertConsent(row: Omit<ConsentRow, 'place'>): RawBuilder<unknown> {
  return sql`
    insert into consent (customer_id, purpose, version, given, text_version, channel, author_id, change_time)
    values (${row.customerId}, ${row.purpose}, ${row.version}, ${row.given}, ${row.textVersion}, ${row.channel},
      ${row.authorId}, ${new Date(row.changeMs)})
  `;
}

/** A text as the contract has it. */
export function textMessage({ wordings, createMs, ...rest }: TextRow): ConsentText {
  return create(ConsentTextSchema, {
    ...rest,
    // In one order, in which they are kept or not.
    wordings: Object.keys(wordings)
      .toSorted()
      .map((locale) => ({ locale, text: wordings[locale] ?? '' })),
    createTime: timestampFromMs(createMs),
  });
}

/** What a customer said, as the contract has it. */
export function consentMessage(row: Omit<ConsentRow, 'place'>): Consent {
  const { purpose, version, given, textVersion, channel, authorId, changeMs } = row;
  const said = { purpose, version, given, textVersion, channel, authorId };
  return create(ConsentSchema, { ...said, changeTime: timestampFromMs(changeMs) });
}
