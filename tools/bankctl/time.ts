// Instants for a person.
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';

/** An instant in UTC; nothing when there is none. */
export function time(instant: Timestamp | undefined): string {
  return instant ? timestampDate(instant).toISOString() : '';
}
