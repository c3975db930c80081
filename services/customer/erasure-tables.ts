// The statements about requests to be erased.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import {
  type ErasureRejection,
  type ErasureRequest,
  ErasureRequestSchema,
  ErasureState,
} from '#gen/bank/customer/v1/erasure_pb.ts';
import { RETAINED } from './domain/erasure.ts';

/** A request as it is stored. */
export interface ErasureRow {
  readonly customerId: string;
  readonly requestNumber: number;
  readonly state: ErasureState;
  readonly rejection: ErasureRejection;
  readonly authorId: string;
  readonly createMs: number;
  readonly endMs: number | null;
  /** Where the page after it begins. */
  readonly place: string;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);
const REQUEST = sql`customer_id as "customerId", request_number as "requestNumber", state, rejection, author_id as "authorId",
  ${ms('create_time')} as "createMs", ${ms('end_time')} as "endMs", create_time::text as place`;

/** The last request of a customer. */
export function selectLastErasure(customerId: string): RawBuilder<ErasureRow> {
  return sql<ErasureRow>`
    select ${REQUEST} from erasure_request where customer_id = ${customerId} order by request_number desc limit 1
  `;
}

/** Requests, newest first, after a place. */
export function selectErasures(
  openOnly: boolean,
  after: readonly string[] | undefined,
  limit: number,
): RawBuilder<ErasureRow> {
  const [time = '', customerId = '', number = ''] = after ?? [];
  const isAfter = sql`(create_time, customer_id, request_number) < (${time}::timestamptz, ${customerId}, ${Number(number)})`;
  return sql<ErasureRow>`
    select ${REQUEST} from erasure_request
    where ${openOnly ? sql`state = ${ErasureState.REQUESTED}` : sql`true`} and ${after ? isAfter : sql`true`}
    order by create_time desc, customer_id desc, request_number desc limit ${limit}
  `;
}

/** Writes down a request. */
export function insertErasure(
  row: Pick<ErasureRow, 'customerId' | 'requestNumber' | 'authorId' | 'createMs'>,
): RawBuilder<unknown> {
  return sql`
    insert into erasure_request (customer_id, request_number, state, author_id, create_time)
    values (${row.customerId}, ${row.requestNumber}, ${ErasureState.REQUESTED}, ${row.authorId}, ${new Date(row.createMs)})
  `;
}

/** Ends the request of a customer that stands. */
export function endErasure(
  customerId: string,
  end: { readonly state: ErasureState; readonly rejection: ErasureRejection; readonly endMs: number },
): RawBuilder<unknown> {
  return sql`
    update erasure_request set state = ${end.state}, rejection = ${end.rejection}, end_time = ${new Date(end.endMs)}
    where customer_id = ${customerId} and state = ${ErasureState.REQUESTED}
  `;
}

/** A request as the contract has it. */
export function erasureMessage(row: Omit<ErasureRow, 'place'>): ErasureRequest {
  const { customerId, requestNumber, state, rejection, authorId, createMs, endMs } = row;
  const asked = { customerId, requestNumber, state, rejection, authorId };
  return create(ErasureRequestSchema, {
    ...asked,
    createTime: timestampFromMs(createMs),
    ...(endMs !== null && { endTime: timestampFromMs(endMs) }),
    retained: [...RETAINED],
  });
}
