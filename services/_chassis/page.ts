// Pages of a list. A page token says where the next page begins, and is bound to the request that made it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { clone, toBinary } from '@bufbuild/protobuf';
import { invalid, refuseCall } from './errors.ts';

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;

/** A request for a page. */
interface PageRequest {
  pageSize: number;
  pageToken: string;
}

/** Reads and writes the page tokens of a service. Tokens are signed, so that nobody can make one up. */
export interface Pages {
  /** How many rows to read and after which position. */
  read<D extends DescMessage>(
    schema: D,
    request: MessageShape<D> & PageRequest,
  ): { size: number; after: readonly string[] | undefined };
  /** The token of the page after the row at this position. */
  next<D extends DescMessage>(schema: D, request: MessageShape<D> & PageRequest, position: readonly string[]): string;
}

/** Makes the page tokens of a service, signed with its key. */
export function pages(key: Buffer): Pages {
  const sign = (filter: Uint8Array, position: string): Buffer =>
    createHmac('sha256', key).update(filter).update('\0').update(position).digest().subarray(0, 12);
  return {
    read(schema, request) {
      const size = readSize(request.pageSize);
      if (request.pageToken === '') return { size, after: undefined };
      const bytes = Buffer.from(request.pageToken, 'base64url');
      const position = bytes.subarray(12).toString();
      const expected = sign(filterOf(schema, request), position);
      if (bytes.length <= 12 || !timingSafeEqual(bytes.subarray(0, 12), expected)) {
        throw refuseCall('PAGE_TOKEN_INVALID');
      }
      return { size, after: JSON.parse(position) as string[] };
    },
    next(schema, request, position) {
      const text = JSON.stringify(position);
      return Buffer.concat([sign(filterOf(schema, request), text), Buffer.from(text)]).toString('base64url');
    },
  };
}

/** A page ends early rather than be too large for a message of 4 MiB. */
const PAGE_BYTES_MAX = 3 * 1024 * 1024;

/** The first rows that fit into one message, at least one. */
export function fitting<Row>(rows: readonly Row[], bytesOf: (row: Row) => number): readonly Row[] {
  let bytes = 0;
  const over = rows.findIndex((row, index) => {
    bytes += bytesOf(row);
    return index > 0 && bytes > PAGE_BYTES_MAX;
  });
  return over === -1 ? rows : rows.slice(0, over);
}

function readSize(size: number): number {
  if (size < 0) throw invalid([{ field: 'page_size', description: 'A page cannot have less than no rows.' }]);
  return size === 0 ? DEFAULT_SIZE : Math.min(size, MAX_SIZE);
}

/** What binds a token to its list: the request without its page. */
function filterOf<D extends DescMessage>(schema: D, request: MessageShape<D> & PageRequest): Uint8Array {
  const filter = clone(schema, request) as MessageShape<D> & PageRequest;
  filter.pageSize = 0;
  filter.pageToken = '';
  return Buffer.concat([Buffer.from(schema.typeName), toBinary(schema, filter)]);
}
