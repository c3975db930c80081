// An event as it arrives at a consumer, and the lease under which it is worked.
import { fromBinary } from '@bufbuild/protobuf';
import { type EventEnvelope, EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';

/** One partition of a producer, leased to this process. */
export interface Lease {
  readonly producer: string;
  readonly partition: number;
  readonly holder: string;
}

/** An envelope as it came, and as it was read. */
export interface Arrived {
  readonly bytes: Uint8Array;
  readonly envelope: EventEnvelope;
}

/** Reads an envelope. */
export function arrived(bytes: Uint8Array): Arrived {
  return { bytes, envelope: fromBinary(EventEnvelopeSchema, bytes) };
}
