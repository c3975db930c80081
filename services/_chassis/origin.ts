// Whence a principal calls: the edge says so in the metadata of its own calls.
import type * as grpc from '@grpc/grpc-js';
import type { Origin } from './call-context.ts';
import { refuseCall } from './errors.ts';

/** The metadata in which the edge says whence its principal calls. */
export const ORIGIN_KEY = 'x-bank-origin-bin';

/** Whence a call comes, as its metadata say. Refuses MESSAGE_UNREADABLE. */
export function originOf(metadata: grpc.Metadata): Origin {
  const [bytes] = metadata.get(ORIGIN_KEY);
  const none = { sessionId: '', address: '', userAgent: '' };
  if (!(bytes instanceof Buffer)) return none;
  try {
    return { ...none, ...(JSON.parse(bytes.toString()) as Partial<Origin>) };
  } catch {
    throw refuseCall('MESSAGE_UNREADABLE');
  }
}
